# Completion of kserver, ktopics, kproduce and kconsume. The programs themselves say what may come next (PROGRAM
# __complete), within 300 ms and in silence.

function __kstream_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -l current (commandline -ct)
    set -l previous $words[-1]
    set -l typed $words[2..-1]
    set -l offered
    if string match -q -- '--*=*' $current
        set -l parts (string split -m 1 = -- $current)
        $program __complete $parts[1] $parts[2] $typed 2>/dev/null | string replace -r '^' -- "$parts[1]="
        return
    end
    if string match -q -- '-*' $current; and not contains -- $previous -o -u
        $program __complete flags $current $typed 2>/dev/null
        return
    end
    if string match -q -- '-*' $previous; and test (count $words) -gt 1
        set offered ($program __complete $previous "$current" $typed 2>/dev/null)
    end
    if test (count $offered) -eq 0
        set offered ($program __complete words "$current" $typed 2>/dev/null)
    end
    if test "$offered[1]" = @files
        __fish_complete_path "$current"
    else
        printf '%s\n' $offered
    end
end

for program in kserver ktopics kproduce kconsume
    complete -c $program -f -a '(__kstream_complete)'
end
