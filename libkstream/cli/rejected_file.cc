#include "cli/rejected_file.h"

#include "cli/json_record.h"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <string_view>

namespace kstream::cli {

RejectedFile::~RejectedFile() {
  if (fd_ >= 0) ::close(fd_);
}

bool RejectedFile::open(const std::string& name) {
  fd_ = ::open(name.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  return fd_ >= 0;
}

bool RejectedFile::add(const Delivery& delivery) {
  for (const Record& record : delivery.records()) {
    append_json_record(record, lines_);
    lines_ += '\n';
  }
  return write();
}

bool RejectedFile::add(const ProducerRecord& record) {
  Record copy;
  copy.topic = record.topic;
  copy.partition = record.partition.value_or(PartitionId(-1));
  copy.timestamp = record.timestamp;
  if (record.key) copy.key = *record.key;
  if (record.value) copy.value = *record.value;
  copy.headers = copied(record.headers);
  append_json_record(copy, lines_);
  lines_ += '\n';
  return write();
}

bool RejectedFile::write() {
  std::string_view left = lines_;
  while (!left.empty()) {
    ssize_t put = ::write(fd_, left.data(), left.size());
    if (put < 0 && errno != EINTR) break;
    left.remove_prefix(put > 0 ? static_cast<std::size_t>(put) : 0);
  }
  bool all = left.empty();
  lines_.clear();
  return all;
}

}  // namespace kstream::cli
