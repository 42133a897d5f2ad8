#include "storage/log_dir.h"

#include "base/crc32c.h"
#include "base/json.h"
#include "base/properties.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace kstream::storage {
namespace {

constexpr const char* kMetaProperties = "meta.properties";
constexpr const char* kCleanShutdown = ".kafka_cleanshutdown";
constexpr const char* kBoot = ".kstream_boot";
constexpr std::size_t kSmallFile = 64 * 1024;
constexpr std::size_t kCheckpointFile = 256u << 20;
/// The format of our folders, which every release until now can read.
constexpr std::int32_t kFormat = 1;

template <class Integer>
std::optional<Integer> parse_integer(std::string_view text) {
  Integer value{};
  auto [behind, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && behind == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// The content of a small file; nothing if it is not there.
Result<std::optional<std::string>> read_if_there(Directory& directory, const std::string& name, std::size_t limit) {
  auto there = directory.exists(name);
  if (!there) return std::move(there).error();
  if (!*there) return std::optional<std::string>();
  auto text = read_file(directory, name, limit);
  if (!text) return std::move(text).error();
  return std::optional(std::move(*text));
}

Error damaged(Directory& directory, const std::string& name, const std::string& what) {
  return {ErrorCode::invalid_config, directory.path() + "/" + name + ": " + what};
}

Result<MetaProperties> parse_meta_properties(std::string_view text) {
  auto settings = base::parse_properties(text);
  if (!settings) return std::move(settings).error();
  const auto value = [&](std::string_view name) -> std::string_view {
    for (auto at = settings->rbegin(); at != settings->rend(); ++at) {
      if (at->name == name) return at->value;
    }
    return {};
  };
  const auto refuse = [&](const char* name, const char* what) {
    return Error{ErrorCode::invalid_config, std::string(name) + "=" + std::string(value(name)) + " " + what};
  };
  const auto format = value("kstream.format");
  if (format.empty() && !value("cluster.id").empty()) {
    return Error{ErrorCode::invalid_config, "this folder was formatted by Apache Kafka, for cluster " +
                                                std::string(value("cluster.id")) +
                                                ", and is refused: its data would be changed; name another in log.dirs "
                                                "(kserver adopt, which is to take over such a folder, is yet "
                                                "to come)"};
  }
  if (value("version") != "1") return refuse("version", "is no version that can be read here; 1 is");
  if (!format.empty() && parse_integer<std::int32_t>(format).value_or(INT32_MAX) > kFormat) {
    return refuse("kstream.format", "was left by a later release, whose files this one cannot read");
  }
  const auto node = parse_integer<std::int32_t>(value("node.id"));
  if (!node || *node < 0) return refuse("node.id", "is not the number of a node");
  const auto directory_id = Uuid::parse(value("directory.id"));
  if (!directory_id) return refuse("directory.id", "is not an id");
  if (value("cluster.id").empty()) return refuse("cluster.id", "names no cluster");
  return MetaProperties{std::string(value("cluster.id")), NodeId(*node), *directory_id};
}

/// `kstream-boot 1 <CRC-32C of what follows, but for the last newline, in hex> <id>`, then a line for each folder that
/// was not recovered.
struct BootFile {
  std::string boot_id;
  std::vector<std::string> not_recovered;

  std::string print() const {
    std::string body = boot_id;
    for (const auto& folder : not_recovered) body += "\n" + folder;
    char head[40];
    std::snprintf(head, sizeof head, "kstream-boot 1 %08x ", base::crc32c(0, body));
    return head + body + "\n";
  }
  /// Nothing if it is damaged.
  static std::optional<BootFile> parse(std::string_view text) {
    constexpr std::size_t kHead = std::string_view("kstream-boot 1 01234567 ").size();
    BootFile file;
    for (auto rest = text.substr(std::min(kHead, text.size())); !rest.empty();) {
      const auto line = rest.substr(0, rest.find('\n'));
      file.not_recovered.emplace_back(line);
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    if (file.not_recovered.empty()) return std::nullopt;
    file.boot_id = std::move(file.not_recovered.front());
    file.not_recovered.erase(file.not_recovered.begin());
    return file.print() == text ? std::optional(std::move(file)) : std::nullopt;
  }
};

std::int64_t broker_epoch_of(const std::string& text) {
  auto json = base::parse_json(text);
  const auto* epoch = json ? json->find("brokerEpoch") : nullptr;
  const auto* number = epoch ? epoch->integer() : nullptr;
  return number ? *number : -1;
}

}  // namespace

Result<std::optional<MetaProperties>> read_meta_properties(Directory& directory) {
  auto text = read_if_there(directory, kMetaProperties, kSmallFile);
  if (!text) return std::move(text).error();
  if (!*text) return std::optional<MetaProperties>();
  auto meta = parse_meta_properties(**text);
  if (!meta) return damaged(directory, kMetaProperties, meta.error().detail);
  return std::optional(std::move(*meta));
}

Status write_meta_properties(Directory& directory, const MetaProperties& meta) {
  return replace_file(directory, kMetaProperties,
                      "cluster.id=" + meta.cluster_id + "\ndirectory.id=" + meta.directory_id.to_string() +
                          "\nkstream.format=" + std::to_string(kFormat) +
                          "\nnode.id=" + std::to_string(meta.node_id.value) + "\nversion=1\n");
}

Result<bool> stopped_in_order(Directory& directory) { return directory.exists(kCleanShutdown); }

Result<PreviousRun> begin_run(Directory& directory, const std::string& boot_id) {
  auto marker = read_if_there(directory, kCleanShutdown, kSmallFile);
  if (!marker) return std::move(marker).error();
  auto text = read_if_there(directory, kBoot, kCheckpointFile);
  if (!text) return std::move(text).error();
  auto boot = BootFile::parse(text->value_or(""));
  PreviousRun previous;
  if (boot && boot->boot_id == boot_id) previous.trust = Trust::same_boot;
  if (boot) previous.not_recovered = std::move(boot->not_recovered);
  if (!*marker) return previous;
  if (auto removed = directory.remove(kCleanShutdown); !removed) return removed.error();
  if (auto synced = directory.sync_folder(""); !synced) return synced.error();
  previous.trust = Trust::clean;
  previous.broker_epoch = broker_epoch_of(**marker);
  return previous;
}

Status end_recovery(Directory& directory, const std::string& boot_id, const std::vector<std::string>& not_recovered) {
  return replace_file(directory, kBoot, BootFile{boot_id, not_recovered}.print());
}

Status end_run(Directory& directory, std::int64_t broker_epoch) {
  base::JsonWriter json;
  json.begin_object().name("version").integer(0).name("brokerEpoch").integer(broker_epoch).end_object();
  return replace_file(directory, kCleanShutdown, json.text());
}

std::string partition_folder(const std::string& topic, PartitionId partition) {
  return topic + "-" + std::to_string(partition.value);
}

std::optional<PartitionFolder> parse_partition_folder(const std::string& name) {
  using Kind = PartitionFolder::Kind;
  constexpr std::size_t kHexDigits = 32;
  PartitionFolder folder{name, {}, {}, Kind::current};
  std::string_view rest = name;
  for (auto [suffix, kind] :
       {std::pair{"-delete", Kind::deleted}, {"-future", Kind::future}, {"-stray", Kind::stray}}) {
    if (!rest.ends_with(suffix)) continue;
    rest.remove_suffix(std::string_view(suffix).size());
    const auto dot = rest.rfind('.');
    if (dot == rest.npos || rest.size() - dot - 1 != kHexDigits) return std::nullopt;
    if (rest.find_first_not_of("0123456789abcdef", dot + 1) != rest.npos) return std::nullopt;
    rest = rest.substr(0, dot);
    folder.kind = kind;
  }
  const auto dash = rest.rfind('-');
  if (dash == rest.npos || dash == 0) return std::nullopt;
  const auto partition = parse_integer<std::int32_t>(rest.substr(dash + 1));
  if (!partition || *partition < 0) return std::nullopt;
  folder.topic = rest.substr(0, dash);
  folder.partition = PartitionId(*partition);
  return folder;
}

Result<std::vector<PartitionFolder>> list_partitions(Directory& directory) {
  auto entries = directory.list("");
  if (!entries) return std::move(entries).error();
  std::vector<PartitionFolder> folders;
  for (const auto& entry : *entries) {
    auto folder = entry.is_folder ? parse_partition_folder(entry.name) : std::nullopt;
    if (folder) folders.push_back(std::move(*folder));
  }
  return folders;
}

Result<log::OffsetCheckpoint> read_checkpoint(Directory& directory, const std::string& name) {
  auto text = read_if_there(directory, name, kCheckpointFile);
  if (!text) return std::move(text).error();
  if (!*text) return log::OffsetCheckpoint();
  auto offsets = log::parse_offset_checkpoint(**text);
  if (!offsets) {
    return {ErrorCode::corrupt_message, directory.path() + "/" + name + " is damaged: " + offsets.error().detail};
  }
  return offsets;
}

Status write_checkpoint(Directory& directory, const std::string& name, const log::OffsetCheckpoint& offsets) {
  return replace_file(directory, name, log::print_offset_checkpoint(offsets));
}

}  // namespace kstream::storage
