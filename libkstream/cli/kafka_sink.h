#pragma once

#include "cli/console.h"
#include "cli/kafka_decoder.h"
#include "cli/record_sink.h"
#include "cli/signals.h"
#include "cli/stdout_writer.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace kstream::cli {

/// How Kafka's console consumer prints a record: columns in this order, and what parts them.
struct KafkaColumns {
  bool timestamp = false;
  bool partition = false;
  bool offset = false;
  bool delivery = false;  ///< of share groups: always NOT_PRESENT
  bool epoch = false;     ///< always NOT_PRESENT, as there
  bool headers = false;
  bool key = false;
  bool value = true;
  std::string key_separator = "\t";
  std::string line_separator = "\n";
  std::string headers_separator = ",";
  std::string null_literal = "null";
  KafkaDecoder key_decoder = nullptr, value_decoder = nullptr, headers_decoder = nullptr;  ///< null: bytes as they are
  bool skip_bad = false;  ///< go on after a record that a decoder refuses
  bool tell_end = false;  ///< `shutdown_complete` behind the last one
};

/// Says on stderr how many records there were.
void say_kafka_total(std::uint64_t total);

/// Prints records so, and at the end how many they were, on stderr.
class KafkaSink : public RecordSink {
 public:
  KafkaSink(const KafkaColumns& columns, const Console& console, const Signals& signals);

  bool take(const ShownRecord& record, ReadRange& range) override;
  bool flush() override;
  std::size_t size() const override { return writer_.size(); }
  ExitCode finish(bool whole) override;
  int output() const override;

 private:
  Status append(const ShownRecord& record, std::string& out) const;
  Status append_headers(const ShownRecord& record, std::string& out) const;
  Status append_decoded(KafkaDecoder decoder, const std::optional<std::string_view>& bytes, std::string& out) const;

  const KafkaColumns& columns_;
  const Console& console_;
  StdoutWriter writer_;
  std::uint64_t total_ = 0;
  bool failed_ = false;
};

}  // namespace kstream::cli
