#pragma once

#include "base/counted.h"

#include <string>
#include <utility>

namespace kstream::base {

/// An open segment file. Whoever holds a Ref may read what was written before it got the Ref, on any thread; one log
/// writes behind that. The last Ref closes the file, so a range that is being sent outlives the file's deletion.
class SharedFile : public Counted<SharedFile> {
 public:
  explicit SharedFile(std::string name) : name_(std::move(name)) {}
  virtual ~SharedFile() = default;
  /// For sendfile and pread; -1 in the simulator, which reads through its own kind of file.
  virtual int descriptor() const = 0;
  /// Path within the log directory: `orders-0/00000000000000000000.log`.
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};
using FileRef = Ref<SharedFile>;

}  // namespace kstream::base
