#include "cli/duration.h"
#include "cli/input_template.h"
#include "cli/invalid.h"
#include "cli/number.h"
#include "cli/produce.h"
#include "cli/progress.h"
#include "cli/show_config.h"
#include "cli/target.h"
#include "cli/visible.h"

#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace kstream::cli {
namespace {

/// Larger batches than Kafka's default of 16 KiB: lines come fast, and none waits longer than --linger.
constexpr std::string_view kBatchSize = "262144";

/// Memory that builds batches takes twice the bytes that they hold, at worst.
constexpr std::string_view kBufferMemory = "16777216";

/// Short, so that send() comes back to look for signals and for brokers that are gone.
constexpr std::string_view kMaxBlockMs = "200";

/// Who follows files waits for brokers.
constexpr std::string_view kForever = "2147483647";

Result<std::string> parse_delimiter(std::string_view flag, std::string_view text) {
  std::string delimiter;
  if (!unescape(text, delimiter) || delimiter.empty()) {
    return invalid(std::string(flag) + " wants one or more characters, or \\n \\r \\t \\\\ \\xNN \\NNN, not '" +
                   std::string(text) + "'");
  }
  return delimiter;
}

/// -f and -J.
Status parse_input(const Arguments& arguments, ProducePlan& plan) {
  std::string text(arguments.has(Flag::input_format) ? arguments.value(Flag::input_format) : "value");
  if (arguments.has(Flag::json_input)) {
    if (arguments.has(Flag::input_format) && text != "json") return invalid("-J and -f " + text + " are two formats");
    text = "json";
  }
  if (text == "json" || text == "csv") {
    plan.input = text == "json" ? InputKind::json : InputKind::csv;
  } else if (text == "batch") {
    plan.input = InputKind::batches;
  } else if (text == "frame" || text.find_first_of("%\\") != std::string::npos) {
    auto compiled = InputTemplate::compile(text == "frame" ? "%R%s" : text);
    if (!compiled) return invalid("-f: " + compiled.error().detail);
    plan.input = InputKind::by_template;
    plan.input_template = text == "frame" ? "%R%s" : text;
  } else if (text != "value") {
    return invalid("-f: unknown format '" + text +
                   "': there are value, json, csv, frame, batch and templates such as '%k %s\\n'");
  }
  plan.tombstone = arguments.has(Flag::tombstone) && arguments.has(Flag::key);
  if (!arguments.has(Flag::tombstone)) return {};
  if (plan.input != InputKind::lines || arguments.has(Flag::key_delimiter))
    return invalid("--tombstone sends keys: that of -k, or each line of the input");
  plan.input = InputKind::tombstones;
  return {};
}

Status parse_framing(const Arguments& arguments, ProducePlan& plan) {
  for (Flag flag : {Flag::delimiter, Flag::nul, Flag::key_delimiter}) {
    if (plan.input != InputKind::lines && arguments.has(flag))
      return invalid("-D, -0 and -K are for lines; -J, csv, templates and keys say themselves what ends a record");
  }
  if (arguments.has(Flag::nul) && arguments.has(Flag::delimiter)) return invalid("-0 and -D are two delimiters");
  if (arguments.has(Flag::nul)) plan.delimiter = std::string(1, '\0');
  if (arguments.has(Flag::delimiter)) {
    auto delimiter = parse_delimiter("-D", arguments.value(Flag::delimiter));
    if (!delimiter) return delimiter.error();
    plan.delimiter = *delimiter;
  }
  if (arguments.has(Flag::key_delimiter)) {
    auto delimiter = parse_delimiter("-K", arguments.value(Flag::key_delimiter));
    if (!delimiter) return delimiter.error();
    plan.key_delimiter = *delimiter;
  }
  return {};
}

/// Whether the input can bring more than keys and values.
bool brings_more(const ProducePlan& plan) {
  return plan.input == InputKind::json || plan.input == InputKind::csv || plan.input == InputKind::by_template;
}

Status parse_time_source(const Arguments& arguments, ProducePlan& plan) {
  auto timestamp = arguments.value(Flag::timestamp);
  if (timestamp == "input" && !brings_more(plan))
    return invalid("--timestamp input is for -J, csv and templates; lines bring no time");
  plan.keep_timestamp = brings_more(plan) && timestamp != "now";
  if (!timestamp.empty() && timestamp != "now" && timestamp != "input") plan.timestamp_field = timestamp;
  return {};
}

/// What every record gets, or keeps.
Status parse_record(const Arguments& arguments, ProducePlan& plan) {
  if (arguments.has(Flag::key)) plan.key = std::string(arguments.value(Flag::key));
  for (const auto& text : arguments.all(Flag::header)) {
    auto equals = text.find('=');
    Header header{text.substr(0, equals), std::nullopt};
    if (equals != std::string::npos) header.value = text.substr(equals + 1);
    plan.headers.push_back(std::move(header));
  }
  if (arguments.has(Flag::partition)) {
    auto number = parse_number<std::int32_t>(arguments.value(Flag::partition));
    if (!number || *number < 0)
      return invalid("-p wants one partition, not '" + std::string(arguments.value(Flag::partition)) + "'");
    plan.partition = PartitionId(*number);
  }
  // Who writes %p means it.
  plan.keep_partition = arguments.has(Flag::keep_partition) ||
                        (plan.input == InputKind::by_template &&
                         InputTemplate::compile(plan.input_template)->names_partitions() && !plan.partition);
  if (plan.keep_partition && !brings_more(plan)) return invalid("--keep-partition is for -J, csv and templates");
  if (plan.keep_partition && plan.partition) return invalid("-p and --keep-partition are two partitions");
  plan.empty_is_null = arguments.has(Flag::empty_is_null);
  plan.create = arguments.has(Flag::create);
  return {};
}

/// `100/s`, `5/m`.
std::optional<double> parse_rate(std::string_view text) {
  auto slash = text.find('/');
  auto unit = slash == std::string_view::npos ? "" : text.substr(slash + 1);
  double seconds = unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
  auto number = parse_number<double>(text.substr(0, slash));
  if (!number || !(*number > 0) || seconds == 0) return std::nullopt;
  return *number / seconds;
}

/// How records are sent, and what is told of them.
Status parse_sending(const Arguments& arguments, ProducePlan& plan) {
  plan.follow = arguments.has(Flag::follow_files);
  if (arguments.has(Flag::partial)) {
    auto partial = parse_duration(arguments.value(Flag::partial));
    if (!partial) return invalid("--partial: " + partial.error().detail);
    if (!plan.follow) return invalid("--partial is for -F; else the last line needs no newline");
    plan.partial = *partial;
  }
  if (auto how = arguments.value(Flag::partitioner); !how.empty()) {
    constexpr std::array<std::string_view, 4> kWords = {"murmur2", "crc32", "round-robin", "sticky"};
    auto word = std::ranges::find(kWords, how);
    if (word == kWords.end())
      return invalid("--partitioner is murmur2, crc32, round-robin or sticky, not '" + std::string(how) + "'");
    plan.partitioner = static_cast<Partitioner>(word - kWords.begin());
  }
  if (arguments.has(Flag::rate)) {
    plan.rate = parse_rate(arguments.value(Flag::rate));
    if (!plan.rate)
      return invalid("--rate wants records in a time, as in 100/s or 5/m, not '" +
                     std::string(arguments.value(Flag::rate)) + "'");
  }
  auto on_error = arguments.value(Flag::on_error);
  if (!on_error.empty() && on_error != "stop" && on_error != "skip")
    return invalid("--on-error is stop or skip, not '" + std::string(on_error) + "'");
  plan.skip_bad = on_error == "skip";
  plan.progress = arguments.value(Flag::progress);
  if (!is_progress_word(plan.progress)) return invalid("--progress is auto, always or never");
  plan.rejected = arguments.value(Flag::rejected);
  if (arguments.has(Flag::report)) {
    auto format = Format::compile_report(arguments.value(Flag::report));
    if (!format) return invalid("--report: " + format.error().detail);
    plan.report = std::move(*format);
  }
  return {};
}

/// A batch is sent as it is.
Status check_batches(const Arguments& arguments, ProducePlan& plan) {
  if (plan.input != InputKind::batches) return {};
  for (Flag flag : {Flag::key, Flag::header, Flag::empty_is_null, Flag::timestamp, Flag::partitioner, Flag::compression,
                    Flag::rejected, Flag::report}) {
    if (arguments.has(flag))
      return invalid(
          "-f batch sends batches as they are: without -k, -H, -Z, -z, --timestamp, --partitioner, --rejected "
          "and --report");
  }
  return plan.partition ? Status() : invalid("-f batch wants -p N: a batch goes to one partition as a whole");
}

/// The topic and the files. With -t every word is a file; with -J and no word, records name their topics.
Status parse_words(const Arguments& arguments, ProducePlan& plan) {
  auto words = arguments.words();
  if (arguments.count(Flag::topic) > 1)
    return invalid("kproduce sends to one topic; with -J each record may name its own");
  if (arguments.has(Flag::topic)) {
    plan.topic = arguments.value(Flag::topic);
  } else if (!words.empty()) {
    plan.topic = words.front();
    words = words.subspan(1);
  } else if (!brings_more(plan)) {
    return invalid("to which topic? As in: kproduce orders < orders.txt");
  }
  if (plan.topic.empty() && (arguments.has(Flag::topic) || !arguments.words().empty())) {
    return invalid("'' names no topic");
  }
  plan.files.assign(words.begin(), words.end());
  if (plan.tombstone && !plan.files.empty()) return invalid("--tombstone with -k reads no input");
  if (plan.files.empty()) plan.files = {"-"};
  if (plan.follow && std::ranges::find(plan.files, "-") != plan.files.end())
    return invalid("-F follows files; stdin is read as long as it is open anyway");
  for (const auto& file : plan.files) {
    if (!plan.follow && file != "-" && ::access(file.c_str(), R_OK) != 0)
      return invalid(file + ": " + std::strerror(errno));
  }
  return {};
}

/// Flags that stand for a client property, and the defaults of this program.
Status apply_properties(const Arguments& arguments, ClientSettings& settings) {
  for (auto [name, value] : {std::pair{"batch.size", kBatchSize}, std::pair{"buffer.memory", kBufferMemory},
                             std::pair{"max.block.ms", kMaxBlockMs}}) {
    if (settings.config.is_set(name)) continue;
    if (auto set = settings.config.set(name, value); !set) return set;
  }
  if (arguments.has(Flag::acks)) {
    if (auto set = settings.set("--acks", "acks", arguments.value(Flag::acks)); !set) return set;
  }
  if (arguments.has(Flag::linger)) {
    auto linger = parse_duration(arguments.value(Flag::linger));
    if (!linger) return invalid("--linger: " + linger.error().detail);
    if (auto set = settings.set("--linger", "linger.ms", std::to_string(linger->count())); !set) return set;
  }
  if (arguments.value(Flag::partitioner) == "sticky") {
    if (auto set = settings.set("--partitioner", "partitioner.ignore.keys", "true"); !set) return set;
  }
  if (!arguments.has(Flag::compression)) return {};
  auto text = arguments.value(Flag::compression);
  auto colon = text.find(':');
  auto codec = text.substr(0, colon);
  if (auto set = settings.set("-z", "compression.type", codec); !set) return set;
  if (colon == std::string_view::npos) return {};
  if (codec == "none" || codec == "snappy") return invalid("-z: " + std::string(codec) + " has no levels");
  return settings.set("-z", "compression." + std::string(codec) + ".level", text.substr(colon + 1));
}

Result<ProducePlan> plan_produce(const Arguments& arguments) {
  ProducePlan plan;
  for (auto parse :
       {parse_input, parse_framing, parse_time_source, parse_record, parse_sending, check_batches, parse_words}) {
    if (auto parsed = parse(arguments, plan); !parsed) return parsed.error();
  }
  return plan;
}

}  // namespace

ExitCode run_produce(const Arguments& arguments, const Console& console) {
  auto plan = plan_produce(arguments);
  if (!plan) return console.fail(ExitCode::usage, plan.error().detail);
  auto settings = make_client_settings(arguments, console);
  if (!settings) return console.fail(ExitCode::usage, settings.error().detail);
  if (auto applied = apply_properties(arguments, *settings); !applied)
    return console.fail(ExitCode::usage, applied.error().detail);
  if (arguments.has(Flag::show_config)) return show_settings(*settings, arguments.has(Flag::json), console);
  if (plan->follow && !settings->config.is_set("delivery.timeout.ms")) {
    if (auto set = settings->config.set("delivery.timeout.ms", kForever); !set)
      return console.fail(ExitCode::usage, set.error().detail);
  }
  if (!plan->rejected.empty() && !settings->config.is_set("delivery.timeout.ms")) {
    // By then the producer gives back what it could not deliver.
    auto limit = settings->config.number("request.timeout.ms") + settings->config.number("linger.ms");
    if (auto set = settings->config.set("delivery.timeout.ms", std::to_string(limit)); !set)
      return console.fail(ExitCode::usage, set.error().detail);
  }
  return produce(*plan, *settings, console);
}

}  // namespace kstream::cli
