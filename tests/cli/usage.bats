#!/usr/bin/env bats
# What needs no broker: help, usage errors, configuration, and a broker that is not there.

# shellcheck disable=SC2154  # topic, stderr and others come from setup.bash and bats
load setup

dead=127.0.0.1:9  # nobody listens on the discard port

@test "--version, -V: name and version, in a moment" {
  for program in kserver ktopics kproduce kconsume; do
    run "$program" --version
    [ "$status" -eq 0 ]
    [[ $output =~ ^$program\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
    [ "$output" = "$("$program" -V)" ]
  done
}

@test "-h is short, --help is long, both on stdout" {
  for program in kserver ktopics kproduce kconsume; do
    run --separate-stderr "$program" -h
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [[ $output == "usage: $program "* ]]
    short=${#output}
    run --separate-stderr "$program" --help
    [ "$status" -eq 0 ]
    [[ $output == *"Examples:"*"--version"*"Exit status:"* ]]
    [ "${#output}" -gt "$short" ]
  done
}

@test "usage errors are one line and exit 2" {
  expect_error 2 "x\\x0Ay\\x1B" ktopics list $'a\n-*' -E "$(printf 'x\ny\033[')"
  expect_error 2 "ktopics: what shall be done: list, describe, create, alter, " ktopics
  expect_error 2 "ktopics: unknown word 'lst'" ktopics lst
  expect_error 2 "ktopics: -p is not for ktopics list" ktopics list -p 3
  expect_error 2 "create what?" ktopics create
  expect_error 2 "alter what?" ktopics alter -p 3
  expect_error 2 "how many partitions?" ktopics alter orders
  expect_error 2 "config what?" ktopics config
  expect_error 2 "delete what?" ktopics delete
  expect_error 2 "up to where?" ktopics truncate orders
  expect_error 2 "-E 'tmp-.*'" ktopics delete 'tmp-*'
  expect_error 2 "-E 'tmp-.*'" ktopics config 'tmp-*' retention.ms=1
  expect_error 2 "-E: '(' is not a regular expression" ktopics list -E '('
  expect_error 2 "stored is for consumer groups" ktopics offsets orders -o stored
  expect_error 2 "--to: 'noon' is not a position" ktopics truncate orders --to noon
  expect_error 2 "the position stands in --to" ktopics truncate orders:0@5 --to 7
  expect_error 2 "is not a list of partitions" ktopics offsets orders:x
  expect_error 2 "shall retention.ms be shown or changed?" ktopics config orders retention.ms cleanup.policy=compact
  expect_error 2 "--dry-run is for what changes something" ktopics config orders --dry-run
  expect_error 2 "names no config" ktopics config orders +=5
  expect_error 2 "retention.ms is changed twice" ktopics config orders retention.ms=5 --unset retention.ms
  expect_error 2 "--interval is for -w" ktopics list --interval 1s
  expect_error 2 "--interval: '1' is not a duration" ktopics list -w --interval 1
  expect_error 2 "there is no column 'leader': there are topic, partitions, id" ktopics list --columns leader
  expect_error 2 "use jq" ktopics list -J --columns topic
  expect_error 2 "there is no column 'leader'" ktopics list -f '%{leader}'
  expect_error 2 "'%q' stands for nothing" ktopics list -f '%q'
  expect_error 2 "says by itself what is printed" ktopics list -f '%t' -J
  expect_error 2 "- stands there twice" ktopics delete - -
  expect_error 2 "'' names no topic" ktopics describe ''
  expect_error 2 "'' names no topic" ktopics create ''
  expect_error 2 "the number of partitions is not '0'" ktopics create x -p 0
  expect_error 2 "the number of replicas is not 'x'" ktopics create x -r x
  expect_error 2 "-c wants NAME=VALUE" ktopics create x -c retention.ms
  expect_error 2 "retention.ms: '7y' is not a duration" ktopics create x -c retention.ms=7y
  expect_error 2 "unknown format 'xml'" ktopics list -f xml
  expect_error 2 "unknown format ''" ktopics list -f ''
  expect_error 2 "--columns names none" ktopics list --columns ''
  expect_error 2 "two formats" ktopics list -J -f csv
  expect_error 2 "to which topic?" kproduce
  expect_error 2 "-k wants a value: -k KEY" kproduce t -k
  expect_error 2 "-p wants one partition, not '0,1'" kproduce t -p 0,1
  expect_error 2 "/nonexistent: No such file" kproduce t /nonexistent
  expect_error 2 "compression.type" kproduce t -z rar
  expect_error 2 "snappy has no levels" kproduce t -z snappy:3
  expect_error 2 "--acks: " kproduce t --acks 2
  expect_error 2 "--linger: '5' is not a duration" kproduce t --linger 5
  expect_error 2 "--timestamp input is for -J" kproduce t --timestamp input
  expect_error 2 "--keep-partition is for -J" kproduce t --keep-partition
  expect_error 2 "-D, -0 and -K are for lines" kproduce t -J -K :
  expect_error 2 "two delimiters" kproduce t -0 -D ,
  expect_error 2 "-D wants one or more characters" kproduce t -D '\q'
  expect_error 2 "-D wants one or more characters" kproduce t -D ''
  expect_error 2 "kproduce has no -o; it is a flag of ktopics, kconsume" kproduce -o end t
  expect_error 2 "which topic?" kconsume
  expect_error 2 "is not a position" kconsume t -o noon
  expect_error 2 "-u: 't2' is not a position" kconsume t -u t2
  TZ=Europe/Berlin expect_error 2 "-o: '2026-03-29 02:30' is left out by a change of the local clocks" kconsume t -o '2026-03-29 02:30'
  expect_error 2 "-u wants a position: --until POSITION" kconsume t -u
  expect_error 2 "is not a list of partitions" kconsume t:x
  expect_error 2 "-p: 'x' is not a list" kconsume t -p x
  expect_error 2 "a position stands behind the partitions" kconsume t@5
  expect_error 2 "stored is for consumer groups" kconsume t -o stored
  expect_error 2 "-n wants a number" kconsume t -n x
  expect_error 2 "the number of records is -n N" kconsume -c 5 t
  expect_error 2 "unknown letter %q" kconsume t -f '%q'
  expect_error 2 "unknown format 'xml'" kconsume t -f xml
  expect_error 2 "-F goes on at the end" kconsume t -F -e
  expect_error 2 "with -F an end is an offset or a time, not 'end'" kconsume t -F -u end
  expect_error 2 "--grace is for an end that is a time" kconsume t --grace 5s -u 7
  expect_error 2 "--isolation-level: " kconsume t --isolation-level serializable
  expect_error 2 "which stands for a consumer group, yet" kconsume -g g t
}

@test "help that cannot be written: 1, and why" {
  run --separate-stderr bash -c 'ktopics --help > /dev/full'
  [ "$status" -eq 1 ]
  [ "$stderr" = "ktopics: stdout: No space left on device" ]
  run --separate-stderr bash -c 'kconsume --version >&-'
  [ "$status" -eq 1 ]
  [ "$stderr" = "kconsume: stdout: Bad file descriptor" ]
}

@test "a full pipe that does not block is waited for" {
  run --separate-stderr python3 -c '
import fcntl, os, subprocess, time
r, w = os.pipe()
fcntl.fcntl(w, 1031, 4096)  # F_SETPIPE_SZ, less than the text
os.set_blocking(w, False)
p = subprocess.Popen(["kconsume", "--help"], stdout=w)
os.close(w)
time.sleep(0.3)  # a process that does not wait would be gone by now
text = b"".join(iter(lambda: os.read(r, 65536), b""))
assert p.wait() == 0 and text.endswith(b"\n"), (p.returncode, text[-80:])
assert text == subprocess.run(["kconsume", "--help"], capture_output=True).stdout
'
  [ "$status" -eq 0 ]
}

@test "a server of the environment is named where it comes before a profile's" {
  mkdir -p "$BATS_TEST_TMPDIR/kstream"
  printf '[profile.prod]\n"bootstrap.servers" = "127.0.0.1:9"\n' > "$BATS_TEST_TMPDIR/kstream/client.toml"
  export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR
  expect_error 5 "KSTREAM_SERVER, 127.0.0.1:10, comes before 127.0.0.1:9 of -P; -b comes before both" env KSTREAM_SERVER=127.0.0.1:10 ktopics list -P prod --timeout 1s
  [ "$(grep -c 'comes before' "$BATS_TEST_TMPDIR/err")" -eq 1 ]
  run env KSTREAM_SERVER=127.0.0.1:10 ktopics list -P prod -b 127.0.0.1:11 --timeout 1s
  [[ $output != *"comes before"* ]]
}

@test "configuration errors name the place, and exit 2" {
  printf 'a=b\n' > "$BATS_TEST_TMPDIR/f"
  expect_error 2 "f:1: " kconsume t -C "$BATS_TEST_TMPDIR/f"
  expect_error 2 "linger.ms" kconsume t -X lingr.ms=5
  expect_error 2 "would be seen in ps" kconsume t -X ssl.key.password=x
  KSTREAM_LINGER_MS=x expect_error 2 "KSTREAM_LINGER_MS: " kconsume t
  KSTREAM_SECURITY_PROTOCOL=SSL expect_error 2 "KSTREAM_SECURITY_PROTOCOL: security.protocol has no effect" ktopics list
  KSTREAM_ENABLE_IDEMPOTENCE=true expect_error 2 "KSTREAM_ENABLE_IDEMPOTENCE: " kproduce t
  expect_error 2 "/nonexistent/kstream/client.toml: No such file" kconsume t -P prod
  expect_error 2 "--timeout: " kconsume t --timeout 5
  expect_error 2 "--color is auto, always or never" kconsume t --color blue
}

@test "no broker: exit 5 when the time is over" {
  expect_error 5 "ktopics: " ktopics list -b $dead --timeout 300ms
  expect_error 5 "ktopics: " ktopics describe t -b $dead --timeout 300ms
  expect_error 5 "ktopics: " ktopics create t -b $dead --timeout 300ms
  expect_error 5 "ktopics: --like u: " ktopics create t --like u -b $dead --timeout 300ms
  for words in 'config t' 'config t a=b' 'offsets t' 'delete t -y' 'delete -E t -y' 'alter t -p 3 -y' 'truncate t --to end -y'; do
    # shellcheck disable=SC2086  # several words
    expect_error 5 "Connection refused" ktopics $words -b $dead --timeout 300ms
  done
  expect_error 5 "kproduce: " kproduce t -b $dead --timeout 300ms
  expect_error 5 "kconsume: " kconsume t -b $dead --timeout 300ms
}

@test "no broker: 10 s is the patience if nothing is said, and 5 the end" {
  for program in ktopics kproduce kconsume; do
    "$program" --help | tr -s ' \n' ' ' | grep -qF -- "--timeout DURATION How long a broker may owe an answer, and how long to go on while none can be reached. Default: 10s."
  done
  for words in 'ktopics list' 'kproduce t' 'kconsume t'; do [[ $($words --show-config) == *$'request.timeout.ms\t10000\tdefault'* ]]; done
  clients=()
  for words in 'ktopics list' 'kproduce t' 'kconsume t'; do
    # shellcheck disable=SC2086  # several words
    timeout 60 $words -b $dead > /dev/null 2> "$BATS_TEST_TMPDIR/${words% *}" < /dev/null 3>&- &
    clients+=($!)
  done
  before=$(date +%s%3N)
  for pid in "${clients[@]}"; do
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 5 ]
    [ $(($(date +%s%3N) - before)) -ge 8000 ]
    [ $(($(date +%s%3N) - before)) -lt 40000 ]
  done
  for program in ktopics kproduce kconsume; do grep -q "^$program: .*$dead: Connection refused" "$BATS_TEST_TMPDIR/$program"; done
}

@test "no broker, and none was named: how to name one" {
  hint='no broker was named; name one: -b HOST:PORT, or KSTREAM_SERVER=HOST:PORT'
  if (exec 3<> /dev/tcp/127.0.0.1/9092) 2> /dev/null; then skip "a broker runs on port 9092"; fi
  expect_error 5 "$hint" ktopics list --timeout 300ms
  expect_error 5 "$hint" kconsume t --timeout 300ms -X linger.ms=1
  for named in '-b 127.0.0.1:9' '-X bootstrap.servers=127.0.0.1:9'; do
    # shellcheck disable=SC2086  # a flag and its value
    run ktopics list --timeout 300ms $named
    [[ $status -eq 5 && $output != *"no broker was named"* ]]
  done
}

@test "KSTREAM_SERVER and -X say which broker, -b wins" {
  KSTREAM_SERVER=127.0.0.1:7 expect_error 5 127.0.0.1:7 ktopics list --timeout 200ms -v
  KSTREAM_SERVER=127.0.0.1:7 expect_error 5 127.0.0.1:9 ktopics list --timeout 200ms -v -b $dead
  expect_error 5 127.0.0.1:11 ktopics list --timeout 200ms -v -X bootstrap.servers=127.0.0.1:11
}

@test "colour only where it is wanted" {
  run ktopics lst --color always
  [[ $output == ktopics:* ]]  # the flags were not understood: no colour either
  run ktopics list -b $dead --timeout 100ms --color always
  [[ $output == *$'\e[1;31mktopics:\e[0m '* ]]
  run ktopics list -b $dead --timeout 100ms
  [[ $output != *$'\e'* ]]
  for flags in '' '--color auto' '--color always' '--color never'; do
    for none in unset empty 1; do
      no_color=(env "NO_COLOR=${none/empty/}")
      [ $none != unset ] || no_color=()
      run "${no_color[@]}" script -qec "ktopics list -b $dead --timeout 100ms $flags" /dev/null
      [ "$status" -eq 5 ]
      case $none,$flags in
        *always | unset,*auto | empty,*auto | unset, | empty,) [[ $output == $'\e[1;31mktopics:\e[0m '* ]] ;;
        *) [[ $output == ktopics:* && $output != *$'\e'* ]] ;;
      esac
    done
  done
}
