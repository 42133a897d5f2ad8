#include "cli/duration.h"
#include "cli/invalid.h"
#include "cli/number.h"
#include "cli/produce.h"
#include "cli/target.h"
#include "cli/visible.h"

#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <utility>

namespace kstream::cli {
namespace {

/// Larger batches than Kafka's default of 16 KiB: lines come fast, and none waits longer than --linger.
constexpr std::string_view kBatchSize = "262144";

/// Short, so that send() comes back to look for signals and for brokers that are gone.
constexpr std::string_view kMaxBlockMs = "200";

Result<std::string> parse_delimiter(std::string_view flag, std::string_view text) {
  std::string delimiter;
  if (!unescape(text, delimiter) || delimiter.empty()) {
    return invalid(std::string(flag) + " wants one or more characters, or \\n \\r \\t \\\\ \\xNN \\NNN, not '" +
                   std::string(text) + "'");
  }
  return delimiter;
}

Status parse_framing(const Arguments& arguments, ProducePlan& plan) {
  for (Flag flag : {Flag::delimiter, Flag::nul, Flag::key_delimiter}) {
    if (plan.json && arguments.has(flag))
      return invalid("-J reads JSON, one record on each line; -D, -0 and -K are for lines");
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
  plan.keep_partition = arguments.has(Flag::keep_partition);
  if (plan.keep_partition && !plan.json) return invalid("--keep-partition is for -J");
  if (plan.keep_partition && plan.partition) return invalid("-p and --keep-partition are two partitions");
  auto timestamp = arguments.value(Flag::timestamp);
  if (!timestamp.empty() && timestamp != "now" && timestamp != "input")
    return invalid("--timestamp is now or input, not '" + std::string(timestamp) + "'");
  if (timestamp == "input" && !plan.json) return invalid("--timestamp input is for -J; lines bring no time");
  plan.keep_timestamp = plan.json && timestamp != "now";
  plan.empty_is_null = arguments.has(Flag::empty_is_null);
  plan.create = arguments.has(Flag::create);
  return {};
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
  } else if (!plan.json) {
    return invalid("to which topic? As in: kproduce orders < orders.txt");
  }
  if (plan.topic.empty() && (arguments.has(Flag::topic) || !arguments.words().empty())) {
    return invalid("'' names no topic");
  }
  plan.files.assign(words.begin(), words.end());
  if (plan.files.empty()) plan.files = {"-"};
  for (const auto& file : plan.files) {
    if (file != "-" && ::access(file.c_str(), R_OK) != 0) return invalid(file + ": " + std::strerror(errno));
  }
  return {};
}

/// Flags that stand for a client property, and the defaults of this program.
Status apply_properties(const Arguments& arguments, ClientConfig& config) {
  for (auto [name, value] : {std::pair{"batch.size", kBatchSize}, std::pair{"max.block.ms", kMaxBlockMs}}) {
    if (config.is_set(name)) continue;
    if (auto set = config.set(name, value); !set) return set;
  }
  if (arguments.has(Flag::acks)) {
    if (auto set = config.set("acks", arguments.value(Flag::acks)); !set)
      return invalid("--acks: " + set.error().detail);
  }
  if (arguments.has(Flag::linger)) {
    auto linger = parse_duration(arguments.value(Flag::linger));
    if (!linger) return invalid("--linger: " + linger.error().detail);
    if (auto set = config.set("linger.ms", std::to_string(linger->count())); !set)
      return invalid("--linger: " + set.error().detail);
  }
  if (!arguments.has(Flag::compression)) return {};
  auto text = arguments.value(Flag::compression);
  auto colon = text.find(':');
  auto codec = text.substr(0, colon);
  if (auto set = config.set("compression.type", codec); !set) return invalid("-z: " + set.error().detail);
  if (colon == std::string_view::npos) return {};
  if (codec == "none" || codec == "snappy") return invalid("-z: " + std::string(codec) + " has no levels");
  auto set = config.set("compression." + std::string(codec) + ".level", text.substr(colon + 1));
  return set ? set : invalid("-z: " + set.error().detail);
}

Result<ProducePlan> plan_produce(const Arguments& arguments) {
  ProducePlan plan;
  plan.json = arguments.has(Flag::json_input);
  for (auto parse : {parse_framing, parse_record, parse_words}) {
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
  if (auto applied = apply_properties(arguments, settings->config); !applied)
    return console.fail(ExitCode::usage, applied.error().detail);
  return produce(*plan, *settings, console);
}

}  // namespace kstream::cli
