#pragma once

#include "cli/console.h"
#include "cli/format_language.h"
#include "cli/record_sink.h"
#include "cli/signals.h"
#include "cli/stdout_writer.h"

#include <optional>
#include <vector>

namespace kstream::cli {

/// Shows records on stdout. A reader that leaves is the end, and no failure.
class StdoutSink : public RecordSink {
 public:
  /// `ranges` outlive it; what was written of them is told if writing fails.
  StdoutSink(const Format& format, const ReadRanges& ranges, const Console& console, const Signals& signals);

  bool take(const ShownRecord& record, ReadRange& range) override;
  /// A whole batch as it is stored, from this offset on.
  void take_batch(std::string_view bytes, Offset base, ReadRange& range);
  bool flush() override;
  std::size_t size() const override { return writer_.size(); }
  ExitCode finish(bool) override { return failed_ ? ExitCode::failed : ExitCode::done; }
  int output() const override;

 private:
  std::string written_offsets() const;

  Format format_;
  const ReadRanges& ranges_;
  const Console& console_;
  StdoutWriter writer_;
  bool failed_ = false;
};

}  // namespace kstream::cli
