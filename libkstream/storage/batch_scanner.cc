#include "storage/batch_scanner.h"

#include "base/crc32c.h"

#include <algorithm>

namespace kstream::storage {

BatchScanner::BatchScanner(File& file, std::uint64_t position, std::uint64_t end, std::size_t window, ReadFrom from)
    : file_(file), position_(position), end_(end), size_(window), from_(from) {}

Result<std::optional<BatchScanner::Batch>> BatchScanner::next() {
  if (position_ >= end_) return std::optional<Batch>();
  auto bytes = at(position_, records::kBatchHeaderSize, large_ ? records::kBatchHeaderSize : size_);
  if (!bytes) return std::move(bytes).error();
  auto header = records::parse_header(*bytes);
  if (!header) return damaged(position_, header.error().detail);
  if (header->size() > end_ - position_) return damaged(position_, "the batch reaches beyond the end");
  const Batch batch{*header, position_};
  position_ = batch.end();
  large_ = header->size() > size_;
  return std::optional(batch);
}

Result<bool> BatchScanner::check_crc(const Batch& batch) {
  std::uint32_t crc = 0;
  for (std::uint64_t position = batch.position + records::at::kAttributes; position < batch.end();) {
    auto bytes = at(position, 1, size_);
    if (!bytes) return std::move(bytes).error();
    if (bytes->empty()) return false;
    const auto part = bytes->substr(0, batch.end() - position);
    crc = base::crc32c(crc, part);
    position += part.size();
  }
  return crc == batch.header.crc;
}

Result<base::BytesView> BatchScanner::bytes(const Batch& batch, std::string& to) {
  to.resize(batch.header.size());
  auto read = file_.read(batch.position, to.data(), to.size());
  if (!read) return std::move(read).error();
  if (*read < to.size()) return damaged(batch.position, "the file is shorter than it was");
  return base::BytesView(to);
}

Result<base::BytesView> BatchScanner::at(std::uint64_t position, std::size_t least, std::size_t size) {
  const auto inside = [&] { return position >= window_position_ ? position - window_position_ : window_.size(); };
  if (inside() >= window_.size() || window_.size() - inside() < least) {
    window_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(size, end_ - position)), base::kNotSet);
    auto got = read(file_, from_, position, window_.data(), window_.size());
    if (!got) return std::move(got).error();
    window_.resize(*got);
    window_position_ = position;
  }
  return base::BytesView(window_.data(), window_.size()).substr(inside());
}

Error BatchScanner::damaged(std::uint64_t position, const std::string& what) const {
  return {ErrorCode::corrupt_message, file_.name() + ": at position " + std::to_string(position) + ": " + what};
}

}  // namespace kstream::storage
