/**
 * POSIX sh, run in the image that the data were made with, which may be of an earlier version of run-playbook: writes a tar archive to standard
 * output. It has PostgreSQL's programs and files under the names that they have in the image, the libraries that they are linked with, and
 * `tmp/postgresql-old`, which says what is what. Not what belongs to libc, which has to be that of the image where it runs, nor LLVM.
 */
export const OLD_PROGRAMS = `set -eu
bin=$(dirname "$(readlink -f "$(command -v postgres)")")
lib=$(dirname "$(find /usr /opt -name plpgsql.so 2>/dev/null | head -n 1)")
share=$(dirname "$(find /usr /opt -name postgres.bki 2>/dev/null | head -n 1)")
cd /
own() { find -L "$bin" "$share" "$lib" -type f ! -name 'llvmjit*' ! -path '*/bitcode/*' 2>/dev/null; }
own | while read -r file; do
  case $file in "$bin"/* | *.so) ldd "$file" 2>/dev/null || true ;; esac
done | sed -n 's/.* => \\(\\/[^ ]*\\) .*/\\1/p' | sort -u | grep -vE '/(ld-|lib(c|m|dl|rt|util|resolv|pthread)[.-])' > /tmp/libraries
{ echo "bin=$bin"; sed 's/^/library=/' /tmp/libraries; } > /tmp/postgresql-old
{ own; cat /tmp/libraries; echo /tmp/postgresql-old; } | sort -u | sed 's|^/||' > /tmp/files
exec tar -chf - -T /tmp/files`
