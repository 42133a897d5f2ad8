#include "cli/csv_input.h"
#include "cli/input_template.h"

#include <unistd.h>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace kstream;

/// Null is csv.
constexpr std::array<const char*, 9> kTemplates = {"%k %s\n",
                                                   "%R%s",
                                                   "%K %k%S %s\n",
                                                   "<%T;%h;%{k:hex}>%s|",
                                                   "%{headers}\t%{time}\t%{s:base64}\n",
                                                   "%p:%t:%s",
                                                   nullptr,
                                                   "%{k:json}%{s:json}\n",
                                                   "[%{time:%d/%b/%Y:%T %z}]%{k:be32} %s\n"};

std::unique_ptr<cli::RecordInput> make_input(unsigned kind) {
  if (!kTemplates[kind]) return std::make_unique<cli::CsvInput>();
  return std::make_unique<cli::InputTemplate>(*cli::InputTemplate::compile(kTemplates[kind]));
}

void append(std::string_view name, std::optional<std::string_view> bytes, std::string& out) {
  out += name;
  out += bytes ? std::to_string(bytes->size()) : "-";
  out += bytes.value_or("");
}

/// What comes of `bytes` that arrive in pieces.
std::string cut(unsigned kind, std::string_view bytes, std::size_t piece) {
  int fds[2];
  if (::pipe(fds) != 0) std::abort();
  cli::LineReader reader(fds[0], "\n", 1 << 20);
  auto input = make_input(kind);
  std::string out;
  auto take_all = [&] {
    cli::JsonRecord record;
    for (auto what = input->next(reader, record); what != cli::RecordInput::Cut::more;
         what = input->next(reader, record)) {
      out += what == cli::RecordInput::Cut::bad ? '!' : '.';
      if (what == cli::RecordInput::Cut::bad) continue;
      append("k", record.key, out);
      append("s", record.value, out);
      append("t", record.topic, out);
      out += std::to_string(record.timestamp.value_or(-1)) + ',' + std::to_string(record.partition.value_or(-1));
      for (const HeaderView& header : record.headers) {
        append("h", header.name, out);
        append("v", header.value, out);
      }
    }
  };
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    auto part = bytes.substr(at, piece);
    if (::write(fds[1], part.data(), part.size()) != static_cast<ssize_t>(part.size())) std::abort();
    reader.fill();
    take_all();
  }
  ::close(fds[1]);
  reader.fill();
  take_all();
  if (reader.next_byte() != bytes.size()) std::abort();
  ::close(fds[0]);
  return out;
}

}  // namespace

/// However the bytes arrive, the same records come of them, and all bytes are accounted for. Without a text at its end
/// a template cannot say where a bad record ends, so that there only the good ones before it are the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4096) return 0;
  unsigned kind = data[0] % kTemplates.size();
  std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  std::string whole = cut(kind, bytes, 4096), pieces = cut(kind, bytes, 1);
  bool ends = kind != 1 && kind != 5;
  if (!ends) {
    whole.resize(std::min(whole.find('!'), whole.size()));
    pieces.resize(std::min(pieces.find('!'), pieces.size()));
  }
  if (whole != pieces) std::abort();
  return 0;
}
