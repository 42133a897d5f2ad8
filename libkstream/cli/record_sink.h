#pragma once

#include "cli/exit_code.h"
#include "cli/read_range.h"
#include "cli/shown_record.h"

#include <cstddef>

namespace kstream::cli {

/// Where the records that kconsume has chosen go.
class RecordSink {
 public:
  virtual ~RecordSink() = default;

  /// Takes a record, whose views are valid during the call only. False: that is the end, the record was not taken.
  virtual bool take(const ShownRecord& record, ReadRange& range) = 0;
  /// Lets go of what was gathered: more than a write's worth is there, or nothing comes at present. False: that is the
  /// end.
  virtual bool flush() = 0;
  /// Bytes gathered.
  virtual std::size_t size() const { return 0; }
  /// After the last record, also after an end that it asked for itself. `whole`: it got all that was to be read.
  virtual ExitCode finish(bool whole) = 0;
  /// A descriptor whose other side may leave, which is the end too; -1: none.
  virtual int output() const { return -1; }
};

}  // namespace kstream::cli
