#include "cli/kafka_decoder.h"
#include "cli/kafka_tool.h"

// kafka-dump-log.sh.

namespace kstream::cli {
namespace {

constexpr KafkaOption kOptions[] = {
    {"files", "file1,file2,...", "Required: the logs, indexes and snapshots to be shown."},
    {"print-data-log", "", "Keys and values, too; any decoder implies it."},
    {"deep-iteration", "", "Each record, not only each batch."},
    {"index-sanity-check", "", "Of indexes only whether a broker would rebuild them."},
    {"verify-index-only", "", "Of indexes only whether they agree with the log."},
    {"skip-record-metadata", "", "Of each record only key and value; nothing of control records."},
    {"max-bytes", "size", "Of each log only batches that end within so many bytes.", false, true},
    {"max-message-size", "size", "Taken, and not needed: batches of any size are read.", false, true},
    {"cluster-metadata-decoder", "", "Values are records of the metadata log: as JSON."},
    {"key-decoder-class", "class", "What makes text of keys: a decoder or deserializer of Kafka's; UTF-8 by default.",
     false, false, true},
    {"value-decoder-class", "class", "The same for values.", false, false, true},
    {"offsets-decoder", "", "Refused: there are no consumer groups yet."},
    {"transaction-log-decoder", "", "Refused: there are no transactions yet."},
    {"share-group-state-decoder", "", "Refused: there are no share groups."},
    {"remote-log-metadata-decoder", "", "Refused: there is no tiered storage."},
};

std::optional<KafkaRefusal> check(const KafkaOptions& options) {
  constexpr std::string_view kRequired[] = {"files"};
  if (auto missing = kafka_required(options, kRequired)) return missing;
  for (std::string_view name :
       {"offsets-decoder", "transaction-log-decoder", "share-group-state-decoder", "remote-log-metadata-decoder"}) {
    if (options.has(name))
      return KafkaRefusal{"--" + std::string(name) +
                          " decodes a topic that kserver does not have yet; see the records "
                          "as they are with: --print-data-log --value-decoder-class "
                          "org.apache.kafka.common.serialization.BytesDeserializer"};
  }
  for (std::string_view name : {"key-decoder-class", "value-decoder-class"}) {
    auto decoder = options.value(name).value_or("");
    if (!decoder.empty() && !find_kafka_decoder(decoder))
      return KafkaRefusal{"--" + std::string(name) + ": no class of other people's can be loaded here, nor " + decoder +
                          "; there are org.apache.kafka.common.serialization.XDeserializer with X one of " +
                          kafka_decoder_names()};
  }
  return {};
}

bool is_meant(const KafkaOptions&) { return false; }

}  // namespace

const KafkaTool kKafkaDumpLog = {"kafka-dump-log",
                                 "This tool helps to parse a log file and dump its contents to the console, useful for "
                                 "debugging a seemingly corrupt log segment.",
                                 kOptions,
                                 "",
                                 false,
                                 is_meant,
                                 check,
                                 nullptr};

}  // namespace kstream::cli
