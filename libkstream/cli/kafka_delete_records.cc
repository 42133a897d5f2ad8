#include "cli/config_file.h"
#include "cli/invalid.h"
#include "cli/kafka_tool.h"

#include <rapidjson/document.h>

#include <set>
#include <utility>

// kafka-delete-records.sh.

namespace kstream::cli {
namespace {

constexpr KafkaOption kOptions[] = {
    {"bootstrap-server", "server(s) to use for bootstrapping", "Required: the brokers to ask first."},
    {"command-config", "file", "Properties of the client."},
    {"offset-json-file", "file",
     "Required: {\"partitions\": [{\"topic\": \"foo\", \"partition\": 1, \"offset\": 1}], \"version\": 1}; -1 is the "
     "end."},
};

std::optional<KafkaRefusal> check(const KafkaOptions& options) {
  constexpr std::string_view kRequired[] = {"bootstrap-server", "offset-json-file"};
  return kafka_required(options, kRequired);
}

Error missing(std::string_view field) { return invalid("No such field exists: `" + std::string(field) + '`'); }

Result<RecordDeletion> parse_deletion(const rapidjson::Value& value) {
  if (!value.IsObject()) return invalid("Expected JSON object");
  for (const char* field : {"topic", "partition", "offset"}) {
    if (!value.HasMember(field)) return missing(field);
  }
  if (!value["topic"].IsString() || !value["partition"].IsInt() || !value["offset"].IsInt64())
    return invalid("topic has to be a string, partition and offset have to be integers");
  return RecordDeletion{{value["topic"].GetString(), PartitionId(value["partition"].GetInt())},
                        Offset(value["offset"].GetInt64())};
}

Result<std::vector<RecordDeletion>> parse_deletions(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (document.HasParseError()) return invalid("The input string is not a valid JSON");
  if (!document.IsObject()) return invalid("Expected JSON object");
  if (document.HasMember("version") && (!document["version"].IsInt() || document["version"].GetInt() != 1))
    return invalid("Not supported version field value " +
                   (document["version"].IsInt() ? std::to_string(document["version"].GetInt()) : "that is no integer"));
  if (!document.HasMember("partitions")) return invalid("Missing partitions field");
  if (!document["partitions"].IsArray()) return invalid("Expected JSON array");
  std::vector<RecordDeletion> deletions;
  std::set<TopicPartition> seen;
  std::string twice;
  for (const auto& value : document["partitions"].GetArray()) {
    auto deletion = parse_deletion(value);
    if (!deletion) return deletion.error();
    const auto& [topic, partition] = deletion->partition;
    if (!seen.insert(deletion->partition).second)
      twice += (twice.empty() ? "" : ",") + topic + '-' + std::to_string(partition.value);
    deletions.push_back(std::move(*deletion));
  }
  if (!twice.empty()) return invalid("Offset json file contains duplicate topic partitions: " + twice);
  return deletions;
}

Result<ExitCode> run(const KafkaWork& work) {
  std::string path = *work.options.value("offset-json-file");
  auto text = read_file(path);
  if (!text) return invalid("Unable to read file " + path);
  auto deletions = parse_deletions(*text);
  if (!deletions) return deletions.error();
  if (auto printed = kafka_print("Executing records delete operation\n"); !printed) return printed.error();
  auto deleted = work.admin.delete_records(*deletions, work.timeout);
  ExitCode code = ExitCode::done;
  std::string lines = "Records delete operation completed:\n";
  for (const auto& [partition, start] : deleted) {
    lines += "partition: " + partition.topic + '-' + std::to_string(partition.partition.value) + '\t';
    lines += start ? "low_watermark: " + std::to_string(start->value) : "error: " + kafka_exception(start.error());
    lines += '\n';
    if (!start) code = ExitCode::failed;
  }
  if (auto printed = kafka_print(lines); !printed) return printed.error();
  return code;
}

bool is_meant(const KafkaOptions& options) { return options.has("offset-json-file"); }

}  // namespace

const KafkaTool kKafkaDeleteRecords = {
    "kafka-delete-records",
    "This tool helps to delete records of the given partitions down to the specified offset.",
    kOptions,
    "",
    false,
    is_meant,
    check,
    run};

}  // namespace kstream::cli
