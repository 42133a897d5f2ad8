#include "line.h"

#include "parse.h"

#include <sstream>

namespace schemac {

void fail(const std::string& path, int line, const std::string& message) {
  throw SchemaError(path + ":" + std::to_string(line) + ": " + message);
}

std::vector<Line> split_lines(const std::string& path, std::string_view text) {
  std::vector<Line> lines;
  std::istringstream in{std::string(text)};
  std::string raw, doc;
  for (int number = 1; std::getline(in, raw); ++number) {
    const std::size_t indent = raw.find_first_not_of(' ');
    if (indent == std::string::npos) {
      doc.clear();
      continue;
    }
    if (raw[indent] == '#') {
      doc += raw.substr(indent + 1) + '\n';
      continue;
    }
    if (raw.find('\t') != std::string::npos) fail(path, number, "a tab; indent with two spaces");
    if (indent % 2 != 0) fail(path, number, "an odd number of spaces before the first word");
    Line line{number, indent / 2, {}, std::move(doc)};
    doc.clear();
    std::istringstream words(raw);
    for (std::string word; words >> word && word[0] != '#';) line.words.push_back(word);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace schemac
