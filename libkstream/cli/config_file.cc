#include "cli/config_file.h"

#include "cli/invalid.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace kstream::cli {
namespace {

constexpr std::size_t kLargestFile = 1 << 20;

}  // namespace

Result<std::string> read_file(const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), std::fclose);
  if (!file) return invalid(path + ": " + std::strerror(errno));
  std::string text(kLargestFile + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return invalid(path + ": " + std::strerror(errno));
  if (text.size() > kLargestFile) return invalid(path + ": more than 1 MiB, which no configuration is");
  return text;
}

Result<std::vector<Setting>> read_settings(const std::string& path) {
  auto text = read_file(path);
  if (!text) return text.error();
  auto settings = parse_config_text(*text, path);
  if (!settings) return invalid(path + ':' + settings.error().detail);
  return settings;
}

}  // namespace kstream::cli
