#include "protocol/reader.h"

#include "base/varint.h"

#include <bit>

namespace kstream::protocol {

std::string Reader::error() const {
  if (ok()) return {};
  return std::string(error_) + ", at byte " + std::to_string(error_at_);
}

void Reader::fail(const char* what) {
  if (ok()) {
    error_ = what;
    error_at_ = static_cast<std::size_t>(pos_ - begin_);
  }
  end_ = pos_;
}

double Reader::get_float64() { return std::bit_cast<double>(get<std::uint64_t>()); }

Uuid Reader::get_uuid() {
  Uuid uuid;
  const BytesView bytes = take(uuid.bytes.size());
  if (!bytes.empty()) std::memcpy(uuid.bytes.data(), bytes.data(), bytes.size());
  return uuid;
}

std::uint32_t Reader::get_uvarint() {
  std::uint32_t value = 0;
  const char* at = base::read_uvarint(pos_, end_, value);
  if (!at) return fail("a variable-length integer that is cut off or has more than 32 bits"), 0;
  pos_ = at;
  return value;
}

std::optional<BytesView> Reader::get_string() {
  const std::int64_t size = flexible_ ? std::int64_t{get_uvarint()} - 1 : get<std::int16_t>();
  if (size == -1 && ok()) return std::nullopt;
  if (size > 0x7fff) fail("a string of more than 32767 bytes");
  return size < 0 ? (fail("a negative length"), BytesView()) : take(static_cast<std::size_t>(size));
}

std::optional<BytesView> Reader::get_bytes() {
  const std::int64_t size = get_length();
  if (size < 0) return std::nullopt;
  return take(static_cast<std::size_t>(size));
}

std::optional<std::size_t> Reader::get_count(std::size_t element_size) {
  const std::int64_t length = get_length();
  if (length < 0) return std::nullopt;
  const auto count = static_cast<std::size_t>(length);
  if (count > kMaxElements) return fail("more than 1000000 elements"), 0;
  if (count > left() / element_size) return fail("more elements than bytes"), 0;
  return count;
}

std::int64_t Reader::get_length() {
  const std::int64_t length = flexible_ ? std::int64_t{get_uvarint()} - 1 : get<std::int32_t>();
  if (!ok()) return 0;
  if (length < -1) fail("a negative length");
  return ok() ? length : 0;
}

BytesView Reader::take(std::size_t size) {
  if (size > left()) return fail("a length beyond the end"), BytesView();
  const BytesView bytes(pos_, size);
  pos_ += size;
  return bytes;
}

TagReader::TagReader(Reader& reader) : reader_(reader) {
  if (!reader_.flexible_) return;
  left_ = reader_.get_uvarint();
  if (left_ > kMaxTags) reader_.fail("more than 10000 tagged fields");
}

bool TagReader::next() {
  close();
  if (left_ == 0 || !reader_.ok()) return false;
  --left_;
  tag_ = reader_.get_uvarint();
  if (tag_ <= last_) reader_.fail("tagged fields out of order");
  last_ = tag_;
  const std::size_t size = reader_.get_uvarint();
  if (size > reader_.left()) reader_.fail("a length beyond the end");
  if (!reader_.ok()) return false;
  outer_end_ = reader_.end_;
  reader_.end_ = reader_.pos_ + size;
  return true;
}

void TagReader::close() {
  if (!outer_end_ || !reader_.ok()) return;
  if (reader_.left() > 0) return reader_.fail("a tagged field shorter than its size");
  reader_.end_ = outer_end_;
  outer_end_ = nullptr;
}

void TagReader::skip() { reader_.take(reader_.left()); }

void TagReader::keep(UnknownTags& unknown) { unknown.push_back({tag_, std::string(reader_.take(reader_.left()))}); }

}  // namespace kstream::protocol
