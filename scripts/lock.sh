# Sourced: takes build/.lock as descriptor 9, and says so when it has to wait. It is given back when the last process that
# inherited it ends. The file itself is never removed, or two would hold "the" lock.
mkdir -p build
exec 9>build/.lock
if ! flock -n 9; then
  echo "waiting for another build…"
  flock 9
fi
