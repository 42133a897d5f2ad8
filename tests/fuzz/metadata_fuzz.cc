#include "base/assert.h"
#include "cluster/image_records.h"
#include "cluster/replay.h"
#include "quorum/format.h"
#include "quorum/load.h"

#include <cstddef>
#include <cstdint>
#include <string>

/// The metadata log as bytes that somebody else wrote: its records, and the files of its folder.
namespace {

using namespace kstream;

std::string bytes_of(const cluster::Image& image) {
  std::string out;
  cluster::each_record(image, [&](const cluster::MetadataRecord& record) {
    cluster::encode_record(record, cluster::written_version(record), out);
  });
  return out;
}

/// Records, each behind a byte with its length: what applies makes an image that its own records make again.
void replay(base::BytesView input) {
  cluster::Replay replay(base::make_counted<const cluster::Image>(), config::TopicConfig{}, NodeId(1));
  for (Offset offset; !input.empty(); offset = offset + 1) {
    const auto size = std::min<std::size_t>(static_cast<unsigned char>(input[0]), input.size() - 1);
    const auto decoded = cluster::decode_record(input.substr(1, size));
    input.remove_prefix(1 + size);
    if (decoded && !replay.apply(decoded->record, {offset, LeaderEpoch(1), Timestamp(1)})) break;
  }
  const auto image = replay.image();
  cluster::Replay again(base::make_counted<const cluster::Image>(), config::TopicConfig{}, NodeId(1));
  cluster::each_record(*image,
                       [&](const cluster::MetadataRecord& record) { KS_ASSERT(again.apply(record, image->last())); });
  KS_ASSERT(bytes_of(*again.image()) == bytes_of(*image));
}

class NamedFile : public base::SharedFile {
 public:
  using SharedFile::SharedFile;
  int descriptor() const override { return -1; }
};

/// One input as a snapshot, as a segment and as quorum-state.
void load(const std::string& input) {
  const quorum::ReadFile read = [&](const std::string&, std::uint64_t position, std::size_t size) {
    return Result<std::string>(position < input.size() ? input.substr(position, size) : std::string());
  };
  log::RecoveredLog recovered;
  recovered.end = Offset(48);
  auto& segment = recovered.segments.emplace_back();
  segment.file = base::FileRef(new NamedFile("__cluster_metadata-0/00000000000000000000.log"));
  const std::string snapshot = quorum::SnapshotId{Offset(48), LeaderEpoch(2)}.file_name();
  (void)quorum::load(recovered, {snapshot}, read, {}, {});
  (void)quorum::load(recovered, {}, read, {}, {});
  (void)quorum::QuorumState::parse(input);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  replay(input);
  load(input);
  return 0;
}
