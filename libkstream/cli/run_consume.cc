#include "cli/consume.h"
#include "cli/diff.h"
#include "cli/duration.h"
#include "cli/format_choice.h"
#include "cli/invalid.h"
#include "cli/number.h"
#include "cli/progress.h"
#include "cli/show_config.h"
#include "cli/stats_sink.h"
#include "cli/time_expression.h"
#include "cli/visible.h"

#include <unistd.h>
#include <chrono>
#include <span>
#include <tuple>
#include <utility>

namespace kstream::cli {
namespace {

using Kind = PositionExpression::Kind;

/// A poll gives all that a fetch brought, for one write.
constexpr std::string_view kMaxPollRecords = "2147483647";

/// A fetch that is read, one that waits and one that is under way stay far below 64 MB.
constexpr std::string_view kFetchBytes = "8388608";

/// -o and -u. kcat writes its end as `-o e@MS`.
Status parse_bounds(const Arguments& arguments, Timestamp now, std::optional<PositionExpression>& from,
                    std::optional<PositionExpression>& until) {
  for (const auto& text : arguments.all(Flag::from)) {
    auto position = parse_position(text, now);
    if (!position) return invalid("-o: " + position.error().detail);
    (text.starts_with("e@") ? until : from) = *position;
  }
  if (arguments.has(Flag::from_beginning)) {
    if (from) return invalid("-o and --from-beginning are two beginnings");
    from = PositionExpression{Kind::beginning, 0, kNoTimestamp, "beginning"};
  }
  if (!arguments.has(Flag::until)) return {};
  auto position = parse_position(arguments.value(Flag::until), now);
  if (!position)
    return invalid("-u: " + position.error().detail + "; kcat's -u is not needed, output is never held back");
  until = *position;
  return {};
}

Status check_target(const Target& target, bool follow) {
  for (const auto& position : {target.from, target.until}) {
    if (position && position->kind == Kind::stored)
      return invalid("stored is for consumer groups, which kconsume does not join yet");
  }
  if (target.from && target.until && target.from->kind == target.until->kind &&
      (target.from->kind == Kind::offset || target.from->kind == Kind::time) &&
      std::tie(target.until->number, target.until->time) < std::tie(target.from->number, target.from->time))
    return invalid("the end, " + target.until->text + ", is before the beginning, " + target.from->text);
  if (follow && target.until && target.until->kind != Kind::offset && target.until->kind != Kind::time)
    return invalid("with -F an end is an offset or a time, not '" + target.until->text + "'");
  return {};
}

Result<std::vector<Target>> parse_targets(const Arguments& arguments, bool follow) {
  std::optional<PositionExpression> from, until;
  Timestamp now = wall_now();
  if (auto parsed = parse_bounds(arguments, now, from, until); !parsed) return parsed.error();
  std::vector<PartitionRange> partitions;
  for (const auto& list : arguments.all(Flag::partitions)) {
    auto parsed = parse_partitions(list);
    if (!parsed) return invalid("-p: " + parsed.error().detail);
    partitions.insert(partitions.end(), parsed->begin(), parsed->end());
  }
  auto flagged = arguments.all(Flag::topic);
  std::vector<std::string> words(flagged.begin(), flagged.end());
  words.insert(words.end(), arguments.words().begin(), arguments.words().end());
  if (words.empty()) return invalid("which topic? As in: kconsume orders");
  std::vector<Target> targets;
  for (const auto& word : words) {
    auto target = arguments.has(Flag::regex) ? parse_regex_target(word, now) : parse_target(word, now);
    if (!target) return target.error();
    if (target->partitions.empty()) target->partitions = partitions;
    if (!target->from) target->from = from.value_or(PositionExpression{Kind::beginning, 0, kNoTimestamp, "beginning"});
    if (!target->until) target->until = until;
    if (auto fine = check_target(*target, follow); !fine) return fine.error();
    targets.push_back(std::move(*target));
  }
  return targets;
}

Error unknown_escape(std::string_view text) {
  return invalid("unknown escape in '" + std::string(text) + "': there are \\n \\r \\t \\\\ \\xNN \\NNN");
}

/// --columns and --no-header, of records.
Result<RowsChoice> parse_rows(const Arguments& arguments, std::string_view format) {
  RowsChoice rows;
  rows.header = !arguments.has(Flag::no_header);
  rows.control = arguments.has(Flag::show_control);
  if (arguments.has(Flag::stats) || arguments.has(Flag::diff)) return rows;
  bool chosen = arguments.has(Flag::columns) || arguments.has(Flag::no_header);
  if (chosen && format != "csv" && format != "plain" && format != "table")
    return invalid("--columns and --no-header are for csv, plain and table; a template says by itself what is printed");
  auto columns = record_columns(split_columns(arguments.value(Flag::columns)));
  if (!columns) return columns.error();
  rows.columns = std::move(*columns);
  return rows;
}

Result<Format> parse_format(const Arguments& arguments) {
  bool terminal = ::isatty(STDOUT_FILENO) != 0;
  Format::Terminal how{terminal && !arguments.has(Flag::raw_terminal),
                       use_color(arguments.value(Flag::color), STDOUT_FILENO)};
  std::string text(arguments.has(Flag::record_format) ? arguments.value(Flag::record_format) : "value");
  if (arguments.has(Flag::json)) {
    if (arguments.has(Flag::record_format) && text != "json") return invalid("-J and -f " + text + " are two formats");
    text = "json";
  }
  std::string delimiter = "\n", key_delimiter;
  if (arguments.has(Flag::nul)) delimiter = std::string(1, '\0');
  for (auto [flag, unescaped] :
       {std::pair{Flag::delimiter, &delimiter}, std::pair{Flag::key_delimiter, &key_delimiter}}) {
    if (!arguments.has(flag)) continue;
    unescaped->clear();
    if (!unescape(arguments.value(flag), *unescaped)) return unknown_escape(arguments.value(flag));
  }
  bool delimited = arguments.has(Flag::delimiter) || arguments.has(Flag::nul),
       is_template = text.find_first_of("%\\") != std::string::npos;
  if (arguments.has(Flag::delimiter) && arguments.has(Flag::nul)) return invalid("-0 and -D are two delimiters");
  if (delimited && text != "value" && text != "json")
    return invalid("-D and -0 are for -f value and json; a template says itself what ends a record");
  if (is_template && arguments.has(Flag::key_delimiter))
    return invalid("-K is for -f value; a template says with %k where the key stands");
  if (text.find("%{line}") != std::string::npos) return invalid("%{line} is for kproduce --report");
  if ((text == "batch" || text == "frame") && how.visible && !arguments.has(Flag::stats))
    return invalid("-f " + text + " is nothing for a terminal; send it to a file or a pipe");
  auto rows = parse_rows(arguments, text);
  if (!rows) return rows.error();
  if (text == "batch") text = "raw";  // not looked at
  if (is_template) return Format::compile(text, how);
  return Format::of_word(text, delimiter, arguments.has(Flag::key_delimiter) ? &key_delimiter : nullptr, how,
                         std::move(*rows));
}

Error no_regex(const std::string& text, const std::string& problem) {
  return invalid("--grep: '" + text + "': " + problem);
}

Result<RecordFilter> parse_filter(const Arguments& arguments) {
  RecordFilter filter;
  if (arguments.has(Flag::key_filter)) filter.key = std::string(arguments.value(Flag::key_filter));
  for (const auto& text : arguments.all(Flag::header_filter)) {
    auto equals = text.find('=');
    filter.headers.push_back(
        {text.substr(0, equals), equals == std::string::npos ? std::nullopt : std::optional(text.substr(equals + 1))});
  }
  for (const auto& text : arguments.all(Flag::grep)) {
    filter.greps.emplace_back(text);
    if (auto problem = filter.greps.back().problem(); !problem.empty()) return no_regex(text, problem);
  }
  return filter;
}

/// A flag that takes a count, if it is there.
Status parse_count(const Arguments& arguments, Flag flag, std::string_view name, std::optional<std::uint64_t>& count) {
  if (!arguments.has(flag)) return {};
  count = parse_number<std::uint64_t>(arguments.value(flag));
  if (count) return {};
  return invalid(std::string(name) + " wants a number, not '" + std::string(arguments.value(flag)) + "'");
}

Status parse_durations(const Arguments& arguments, ConsumePlan& plan) {
  std::optional<std::chrono::milliseconds> merge_wait, grace;
  for (auto [flag, name, duration] :
       {std::tuple{Flag::idle_timeout, "--idle-timeout", &plan.idle_timeout},
        std::tuple{Flag::merge_wait, "--merge-wait", &merge_wait}, std::tuple{Flag::grace, "--grace", &grace}}) {
    if (!arguments.has(flag)) continue;
    auto parsed = parse_duration(arguments.value(flag));
    if (!parsed) return invalid(std::string(name) + ": " + parsed.error().detail);
    *duration = *parsed;
  }
  plan.merge_wait = merge_wait.value_or(plan.merge_wait);
  plan.grace = grace.value_or(plan.grace);
  if (merge_wait && !(plan.merge && plan.follow)) return invalid("--merge-wait is for --merge with -F");
  const auto ends_with_time = [](const Target& target) { return target.until && target.until->kind == Kind::time; };
  if (grace && std::ranges::none_of(plan.targets, ends_with_time))
    return invalid("--grace is for an end that is a time, as in -u now");
  return {};
}

/// `2x`, `0.5x`.
Status parse_pace(const Arguments& arguments, ConsumePlan& plan) {
  if (!arguments.has(Flag::pace)) return {};
  std::string text(arguments.value(Flag::pace));
  if (text.ends_with('x')) plan.pace = parse_number<double>(std::string_view(text).substr(0, text.size() - 1));
  if (plan.pace && *plan.pace > 0) return {};
  return invalid("--pace wants a speed such as 1x, 10x or 0.5x, not '" + text + "'");
}

/// --tail, and `-k KEY -n N -o end`: the last N records of a key.
Status parse_tail(const Arguments& arguments, ConsumePlan& plan) {
  if (auto parsed = parse_count(arguments, Flag::tail, "--tail", plan.tail); !parsed) return parsed;
  const PositionExpression beginning{Kind::beginning, 0, kNoTimestamp, "beginning"};
  for (Target& target : plan.targets) {
    if (target.from->kind != Kind::end || !(plan.tail || (plan.filter.key && !plan.follow))) continue;
    if (!plan.tail && !plan.max_records) return invalid("-k from the end backwards wants -n N: the last N of the key");
    if (!plan.tail) plan.tail = plan.max_records;
    target.from = beginning;
  }
  for (const Target& target : plan.targets) {
    if (plan.tail && plan.follow && target.until) return invalid("--tail with -F has no other end than now");
  }
  return {};
}

/// --exec and what goes with it.
Status parse_exec(const Arguments& arguments, ConsumePlan& plan) {
  if (!arguments.has(Flag::exec)) {
    for (auto [flag, name] : {std::pair{Flag::batch, "--batch"}, std::pair{Flag::retries, "--retries"},
                              std::pair{Flag::dead_letter, "--dead-letter"}}) {
      if (arguments.has(flag)) return invalid(std::string(name) + " is for --exec");
    }
    return {};
  }
  ExecPlan exec;
  exec.command = arguments.value(Flag::exec);
  exec.dead_letter = arguments.value(Flag::dead_letter);
  if (auto text = arguments.value(Flag::batch); arguments.has(Flag::batch)) {
    auto count = parse_number<std::uint64_t>(text);
    auto duration = parse_duration(text);
    if (!(count && *count > 0) && !duration)
      return invalid("--batch wants a number of records or a duration, as in 100 or 5s, not '" + std::string(text) +
                     "'");
    exec.batch = count.value_or(1);
    if (!count) exec.gather = *duration;
  }
  std::optional<std::uint64_t> retries;
  if (auto parsed = parse_count(arguments, Flag::retries, "--retries", retries); !parsed) return parsed;
  exec.retries = retries.value_or(0);
  plan.exec = std::move(exec);
  return {};
}

Status parse_copy(const Arguments& arguments, ConsumePlan& plan) {
  CopyPlan copy;
  copy.topic = arguments.value(Flag::copy_to);
  copy.topic_header = arguments.value(Flag::topic_from_header);
  auto strip = arguments.all(Flag::strip_header);
  copy.strip.assign(strip.begin(), strip.end());
  copy.keep_partition = arguments.has(Flag::keep_partition);
  if (!copy.topic.empty() || !copy.topic_header.empty()) {
    plan.copy = std::move(copy);
  } else if (copy.keep_partition || !copy.strip.empty()) {
    return invalid(
        "--strip-header and --keep-partition are for records that are sent on: --to T, --topic-from-header N");
  }
  return {};
}

/// How --stats or --diff, `what`, prints rows of these columns.
Result<RowsOutput> parse_output(const Arguments& arguments, std::string_view what,
                                std::span<const std::string_view> columns) {
  auto word = arguments.has(Flag::json) ? "json" : arguments.value(Flag::record_format);
  auto format = word.empty() ? default_output_format() : parse_output_format(word);
  if (!format) return invalid(std::string(what) + " prints table, plain, csv or json, not '" + std::string(word) + "'");
  RowsOutput output;
  output.format = *format;
  if (auto completed = complete_output(arguments, columns, output); !completed) return completed.error();
  return output;
}

/// --show-control, where what is printed tells control records from others.
Status parse_control(const Arguments& arguments, ConsumePlan& plan) {
  plan.control = arguments.has(Flag::show_control);
  if (!plan.control) return {};
  if (plan.exec || plan.copy || plan.stats || !plan.other.empty())
    return invalid("--show-control is for what is printed, not for --exec, --to, --stats and --diff");
  return plan.batches || plan.format.tells_control()
             ? Status()
             : invalid(
                   "--show-control wants a format that tells control records from others: -J, -f csv, plain, table "
                   "or batch, or a template with %{control}");
}

/// --stats, --diff, and that there is only one thing to do with records.
Status parse_instead(const Arguments& arguments, ConsumePlan& plan) {
  if (arguments.has(Flag::stats)) {
    auto output = parse_output(arguments, "--stats", kStatsColumns);
    if (!output) return output.error();
    plan.stats = std::move(*output);
  }
  if (arguments.has(Flag::diff)) {
    auto target = parse_target(arguments.value(Flag::diff), wall_now());
    if (!target) return invalid("--diff: " + target.error().detail);
    if (!target->from) target->from = plan.targets.front().from;
    if (!target->until) target->until = plan.targets.front().until;
    if (plan.follow || plan.tail || plan.max_records || plan.merge)
      return invalid(
          "--diff reads both topics to their ends, in the order of offsets: without -F, -n, --tail and --merge");
    if (arguments.has(Flag::json) || arguments.has(Flag::record_format)) {
      auto output = parse_output(arguments, "--diff", kDiffColumns);
      if (!output) return output.error();
      plan.differences = std::move(*output);
    } else if (arguments.has(Flag::columns) || arguments.has(Flag::no_header)) {
      return invalid("--diff says in words what differs: for --columns and --no-header add -f table, plain or csv");
    }
    plan.other = {std::move(*target)};
  }
  plan.batches = !plan.stats && arguments.value(Flag::record_format) == "batch";
  if (plan.batches && (!plan.filter.empty() || plan.max_records || plan.tail || plan.merge || plan.pace))
    return invalid(
        "-f batch prints whole batches as they are stored: without -k, -H, --grep, -n, --tail, --merge, --pace");
  if (plan.batches && (plan.exec || plan.copy)) return invalid("-f batch is for stdout, not for --exec and --to");
  int count = (plan.exec ? 1 : 0) + (plan.copy ? 1 : 0) + (plan.stats ? 1 : 0) + (plan.other.empty() ? 0 : 1);
  return count <= 1 ? Status() : invalid("--exec, --to, --stats and --diff each say what becomes of the records");
}

Result<ConsumePlan> plan_consume(const Arguments& arguments) {
  bool follow = arguments.has(Flag::follow);
  if (follow && arguments.has(Flag::exit_at_end)) return invalid("-F goes on at the end, -e stops there");
  auto targets = parse_targets(arguments, follow);
  if (!targets) return targets.error();
  auto format = parse_format(arguments);
  if (!format) return invalid("-f: " + format.error().detail);
  auto filter = parse_filter(arguments);
  if (!filter) return filter.error();
  ConsumePlan plan{.targets = std::move(*targets), .filter = std::move(*filter), .format = std::move(*format)};
  plan.internal = arguments.has(Flag::all);
  plan.regexes = arguments.has(Flag::regex);
  plan.follow = follow;
  plan.merge = arguments.has(Flag::merge);
  plan.progress = arguments.value(Flag::progress);
  if (!is_progress_word(plan.progress)) return invalid("--progress is auto, always or never");
  if (auto parsed = parse_count(arguments, Flag::max_messages, "-n", plan.max_records); !parsed) return parsed.error();
  for (auto parse : {parse_durations, parse_pace, parse_tail, parse_exec, parse_copy, parse_instead, parse_control}) {
    if (auto parsed = parse(arguments, plan); !parsed) return parsed.error();
  }
  return plan;
}

Status apply_properties(const Arguments& arguments, ClientSettings& settings) {
  for (auto [name, value] : {std::pair{"max.poll.records", kMaxPollRecords}, std::pair{"fetch.max.bytes", kFetchBytes},
                             std::pair{"auto.offset.reset", std::string_view("none")},
                             std::pair{"isolation.level", std::string_view("read_committed")}}) {
    if (settings.config.is_set(name)) continue;
    if (auto set = settings.config.set(name, value); !set) return set;
  }
  if (!arguments.has(Flag::isolation_level)) return {};
  return settings.set("--isolation-level", "isolation.level", arguments.value(Flag::isolation_level));
}

}  // namespace

ExitCode run_consume(const Arguments& arguments, const Console& console) {
  auto plan = plan_consume(arguments);
  if (!plan) return console.fail(ExitCode::usage, plan.error().detail);
  auto settings = make_client_settings(arguments, console);
  if (!settings) return console.fail(ExitCode::usage, settings.error().detail);
  if (auto applied = apply_properties(arguments, *settings); !applied)
    return console.fail(ExitCode::usage, applied.error().detail);
  if (arguments.has(Flag::show_config)) return show_settings(*settings, arguments.has(Flag::json), console);
  return consume(*plan, *settings, console);
}

}  // namespace kstream::cli
