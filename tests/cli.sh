#!/bin/sh
# The command line over a small heap: tests/cli/cases/NAME.cmd is run by sh, NAME.out is what it prints, on both channels,
# and NAME.exit its exit status, 0 if there is no such file.
#
#   UPDATE=1 make check TESTS=tests/cli.sh     writes NAME.out and NAME.exit anew: look at what git says of them

set -u
. "${srcdir:?}/tests/tap.sh"

build=$(pwd)
cases=$(cd "$srcdir/tests/cli/cases" && pwd)
notation=$(cat "$srcdir/tests/cli/heap.txt")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit

LC_ALL=C.UTF-8
export LC_ALL
unset TERM

# A whole dump, one that was cut off, one with a byte that was changed, many closures, three of a list that grows, and
# three of one that grows by two kinds of closures.
"$build/tests/cli/make_dump" "$notation" >heap.rgd || exit
head -c $(($(wc -c <heap.rgd) - 100)) heap.rgd >cut.rgd
{ head -c 50 heap.rgd; printf '?'; tail -c +52 heap.rgd; } >damaged.rgd
{ head -c 8 heap.rgd; printf '\377'; tail -c +10 heap.rgd; } >future.rgd
many=$(for i in $(seq 60); do
  echo "R.x>a$i a$i:type=T$i,closure,callable,size=$i,site=f$i/app.py/$i/x"
done)
"$build/tests/cli/make_dump" "$many" >many.rgd || exit
for num in 2 4 6; do
  list="R>app app:module,label=app,type=module app.handlers>list list:container,type=list,size=$((50 + 8 * num))"
  list="$list app.turn$num>turn turn:type=Turn,size=40"
  for i in $(seq $num); do
    list="$list list[$i]>f$i f$i:type=function,callable,closure,size=100,site=make.on_click/ui.py/12/screen"
    list="$list f$i{screen}>s$i s$i:type=Screen,size=1000"
  done
  "$build/tests/cli/make_dump" "$list" >"list-$num.rgd" || exit
  for i in $(seq $num); do
    list="$list list[9$i]>g$i g$i:type=function,callable,closure,size=100,site=make.on_key/ui.py/30/rows"
    list="$list g$i{rows}>r$i r$i:type=Rows,size=10"
  done
  "$build/tests/cli/make_dump" "$list" >"pair-$num.rgd" || exit
done

update() {
  cp actual "$1.out"
  rm -f "$1.exit"
  [ "$status" -eq 0 ] || echo "$status" >"$1.exit"
}

answers_as_written() {
  sh "$1.cmd" >actual 2>&1
  status=$?
  [ -z "${UPDATE-}" ] || update "$1"
  expected=0
  [ ! -e "$1.exit" ] || expected=$(cat "$1.exit")
  diff -u "$1.out" actual && { [ "$status" -eq "$expected" ] || { echo "exit $status, not $expected"; false; }; }
}

# A renderer that never comes back is interrupted from the keyboard.
leaves_nothing_when_interrupted() {
  printf '#!/bin/sh\nexec sleep 60\n' >slow && chmod +x slow
  # What a shell starts in the background ignores the keyboard.
  REFGRAPH_RENDER=./slow env --default-signal=INT refgraph why heap.rgd closure -o slow.svg &
  until ls .refgraph-* 2>/dev/null; do sleep 0.1; done
  kill -INT $!
  wait $!
  status=$?
  ls -A
  [ "$status" -eq 130 ] && [ ! -e slow.svg ] && ! ls .refgraph-*
}

for case in "$cases"/*.cmd; do
  name=$(basename "$case" .cmd)
  ok "$(echo "$name" | tr - ' ')" answers_as_written "${case%.cmd}"
done
ok "an interrupt leaves neither picture nor temporary file" leaves_nothing_when_interrupted

plan
