#pragma once

#include <kstream/producer.h>
#include <kstream/result.h>

#include <string>

namespace kstream::cli {

/// Where records go that were not acknowledged, as lines of JSON that `kproduce -J` takes; behind what is there.
class RejectedFile {
 public:
  RejectedFile() = default;
  ~RejectedFile();
  RejectedFile(const RejectedFile&) = delete;
  RejectedFile& operator=(const RejectedFile&) = delete;

  /// False, with errno.
  bool open(const std::string& name);
  bool is_open() const { return fd_ >= 0; }
  /// False, with errno, if not all of it was written.
  bool add(const Delivery& delivery);
  bool add(const ProducerRecord& record);

 private:
  bool write();

  int fd_ = -1;
  std::string lines_;
};

}  // namespace kstream::cli
