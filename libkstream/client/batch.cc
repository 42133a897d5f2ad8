#include "client/batch.h"

#include "base/assert.h"
#include "records/iterate.h"

#include <utility>

namespace kstream::client {
namespace {

BatchPtr half_of(const Batch& batch, std::size_t first, std::size_t count) {
  auto half = std::make_unique<Batch>(batch.queue, batch.created, batch.generation);
  half->tags.assign(batch.tags.begin() + static_cast<std::ptrdiff_t>(first),
                    batch.tags.begin() + static_cast<std::ptrdiff_t>(first + count));
  half->charged = batch.charged / 2;
  half->closed = true;
  half->attempts = batch.attempts;
  return half;
}

}  // namespace

Result<std::pair<BatchPtr, BatchPtr>> split(const Batch& batch) {
  const std::size_t count = batch.tags.size();
  KS_ASSERT(count >= 2);
  BatchPtr first = half_of(batch, 0, count / 2), second = half_of(batch, count / 2, count - count / 2);
  second->charged = batch.charged - first->charged;
  records::BatchReader batches(batch.bytes);
  records::BatchView view;
  std::string scratch;
  if (!batches.next(view)) return Error{ErrorCode::corrupt_message, "a batch cannot be read again"};
  Result<base::BytesView> bytes = records::record_bytes(view, std::size_t{1} << 30, scratch);
  if (!bytes) return bytes.error();
  records::RecordReader reader(view.header, *bytes);
  RecordView record;
  std::vector<HeaderView> headers;
  for (std::size_t i = 0; reader.next(record); ++i) {
    headers.assign(record.headers.begin(), record.headers.end());
    (i < count / 2 ? first : second)->builder.append(record.timestamp, record.key, record.value, headers);
  }
  if (!reader.status()) return reader.status().error();
  return std::pair(std::move(first), std::move(second));
}

}  // namespace kstream::client
