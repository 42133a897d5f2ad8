#include "cli/stdout_sink.h"

#include <unistd.h>
#include <cerrno>
#include <cstring>

namespace kstream::cli {

StdoutSink::StdoutSink(const Format& format, const ReadRanges& ranges, const Console& console, const Signals& signals)
    : format_(format), ranges_(ranges), console_(console), writer_(STDOUT_FILENO, signals) {
  format_.append_header(writer_.buffer());
}

int StdoutSink::output() const { return STDOUT_FILENO; }

bool StdoutSink::take(const ShownRecord& record, ReadRange& range) {
  format_.append(record, writer_.buffer());
  writer_.end_record(record.record.offset, range.last_shown);
  return true;
}

void StdoutSink::take_batch(std::string_view bytes, Offset base, ReadRange& range) {
  writer_.buffer() += bytes;
  writer_.end_record(base, range.last_shown);
}

bool StdoutSink::flush() {
  auto outcome = writer_.flush();
  if (outcome == StdoutWriter::Outcome::failed) {
    failed_ = true;
    console_.error(std::string("stdout: ") + std::strerror(errno) + "; written up to" + written_offsets());
  }
  return outcome == StdoutWriter::Outcome::written;
}

std::string StdoutSink::written_offsets() const {
  std::string text;
  for (const ReadRange& range : ranges_) {
    if (range.last_shown == kNoOffset) continue;
    text += (text.empty() ? " " : ", ") + shown(range.partition) + " offset " + std::to_string(range.last_shown.value);
  }
  return text.empty() ? ": nothing" : text;
}

}  // namespace kstream::cli
