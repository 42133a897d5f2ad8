#include "server/metadata_log.h"

#include "quorum/format.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

namespace kstream::server {

Result<std::vector<std::string>> file_names(storage::Directory& directory, const std::string& folder) {
  auto entries = directory.list(folder);
  if (!entries) return std::move(entries).error();
  std::vector<std::string> names;
  names.reserve(entries->size());
  for (auto& entry : *entries) names.push_back(std::move(entry.name));
  return names;
}

Result<quorum::Loaded> read_metadata(storage::Directory& directory, const log::RecoveredLog& log,
                                     const std::vector<std::string>& names, const quorum::Voter& self,
                                     const config::TopicConfig& defaults) {
  std::map<std::string, std::uint64_t> whole;  // bytes of each segment
  for (const auto& segment : log.segments) whole[segment.file->name()] = segment.bytes;
  const auto read = [&](const std::string& name, std::uint64_t position, std::size_t size) -> Result<std::string> {
    const auto path = std::string(quorum::kMetadataFolder) + "/" + name;
    auto opened = directory.open(path, storage::Directory::Open::read);
    if (!opened) return std::move(opened).error();
    if (auto end = whole.find(path); end != whole.end())
      size = static_cast<std::size_t>(std::min<std::uint64_t>(size, end->second - std::min(end->second, position)));
    std::string bytes(size, '\0');
    auto got = storage::file(*opened).read(position, bytes.data(), size);
    if (!got) return std::move(got).error();
    bytes.resize(*got);
    return bytes;
  };
  return quorum::load(log, names, read, self, defaults);
}

}  // namespace kstream::server
