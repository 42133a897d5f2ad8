#include "quorum/batch_stream.h"

#include <algorithm>

namespace kstream::quorum {
namespace {

constexpr std::size_t kChunk = 4 << 20;

}  // namespace

Result<bool> BatchStream::next(records::BatchView& batch) {
  used_ += batch.bytes.size();
  position_ += batch.bytes.size();
  batch = {};
  auto filled = fill(records::kBatchHeaderSize);
  if (!filled || (!*filled && used_ == buffer_.size())) return filled;
  if (!*filled) return error(ErrorCode::corrupt_message, "an incomplete batch");
  const auto header = records::parse_header(base::BytesView(buffer_).substr(used_));
  if (!header) return error(ErrorCode::corrupt_message, header.error().detail);
  filled = fill(header->size());
  if (!filled) return filled;
  if (!*filled) return error(ErrorCode::corrupt_message, "an incomplete batch");
  batch = {*header, base::BytesView(buffer_).substr(used_, header->size())};
  if (records::check_crc(batch.bytes)) return true;
  return error(ErrorCode::corrupt_message, "a batch whose CRC is wrong");
}

Error BatchStream::error(ErrorCode code, const std::string& what) const {
  return {code, name_ + " at byte " + std::to_string(position_) + ": " + what};
}

/// Whether the buffer has `size` bytes more.
Result<bool> BatchStream::fill(std::size_t size) {
  const std::size_t left = buffer_.size() - used_;
  if (left >= size) return true;
  auto more = read_(name_, position_ + left, std::max(kChunk, size - left));
  if (!more) return std::move(more).error();
  buffer_.erase(0, used_);
  used_ = 0;
  buffer_ += *more;
  return buffer_.size() >= size;
}

}  // namespace kstream::quorum
