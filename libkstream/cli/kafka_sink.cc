#include "cli/kafka_sink.h"

#include "cli/json_text.h"
#include "cli/output.h"

#include <unistd.h>
#include <cerrno>
#include <cstring>

namespace kstream::cli {

void say_kafka_total(std::uint64_t total) {
  write_stderr("Processed a total of " + std::to_string(total) + " messages\n");
}

KafkaSink::KafkaSink(const KafkaColumns& columns, const Console& console, const Signals& signals)
    : columns_(columns), console_(console), writer_(STDOUT_FILENO, signals) {}

int KafkaSink::output() const { return STDOUT_FILENO; }

bool KafkaSink::take(const ShownRecord& record, ReadRange& range) {
  ++total_;
  std::string& out = writer_.buffer();
  const std::size_t before = out.size();
  auto appended = append(record, out);
  if (!appended) {
    out.resize(before);
    console_.error(shown(range.partition) + ", offset " + std::to_string(record.record.offset.value) + ": " +
                   appended.error().detail + (columns_.skip_bad ? "; it is skipped" : ""));
    failed_ = !columns_.skip_bad;
    return columns_.skip_bad;
  }
  writer_.end_record(record.record.offset, range.last_shown);
  return true;
}

Status KafkaSink::append(const ShownRecord& shown, std::string& out) const {
  const RecordView& record = shown.record;
  bool first = true;
  const auto column = [&](std::string_view label) {
    if (!first) out += columns_.key_separator;
    first = false;
    out += label;
  };
  if (columns_.timestamp) {
    column(shown.batch.timestamp_type == TimestampType::log_append_time ? "LogAppendTime:" : "CreateTime:");
    append_number(record.timestamp.value, out);
  }
  if (columns_.partition) column("Partition:"), append_number(shown.partition.value, out);
  if (columns_.offset) column("Offset:"), append_number(record.offset.value, out);
  if (columns_.delivery) column("Delivery:NOT_PRESENT");
  if (columns_.epoch) column("Epoch:NOT_PRESENT");
  Status appended;
  if (columns_.headers) column(""), appended = append_headers(shown, out);
  if (columns_.key && appended) column(""), appended = append_decoded(columns_.key_decoder, record.key, out);
  if (columns_.value && appended) column(""), appended = append_decoded(columns_.value_decoder, record.value, out);
  if (!first) out += columns_.line_separator;
  return appended;
}

Status KafkaSink::append_headers(const ShownRecord& shown, std::string& out) const {
  if (shown.record.headers.empty()) out += "NO_HEADERS";
  bool first = true;
  for (const HeaderView& header : shown.record.headers) {
    if (!first) out += columns_.headers_separator;
    first = false;
    out += header.name;
    out += ':';
    if (auto appended = append_decoded(columns_.headers_decoder, header.value, out); !appended) return appended;
  }
  return {};
}

/// Null is decoded, too, as the text that stands for it.
Status KafkaSink::append_decoded(KafkaDecoder decoder, const std::optional<std::string_view>& bytes,
                                 std::string& out) const {
  const std::string_view present = bytes ? *bytes : std::string_view(columns_.null_literal);
  if (!decoder) {
    out += present;
    return {};
  }
  auto text = decoder(present);
  if (!text) return text.error();
  out += *text;
  return {};
}

bool KafkaSink::flush() {
  auto outcome = writer_.flush();
  if (outcome == StdoutWriter::Outcome::failed) {
    failed_ = true;
    console_.error(std::string("stdout: ") + std::strerror(errno));
  }
  return outcome == StdoutWriter::Outcome::written;
}

ExitCode KafkaSink::finish(bool) {
  if (failed_) flush();  // what came before
  say_kafka_total(total_);
  if (columns_.tell_end) failed_ = !write_stdout("shutdown_complete\n") || failed_;
  return failed_ ? ExitCode::failed : ExitCode::done;
}

}  // namespace kstream::cli
