#include "cli/watch.h"

#include "cli/output.h"
#include "cli/stdout_writer.h"

#include <poll.h>
#include <unistd.h>
#include <algorithm>
#include <climits>

namespace kstream::cli {

ExitCode watch(std::chrono::milliseconds pause, const std::function<ExitCode()>& show) {
  for (;;) {
    if (::isatty(STDOUT_FILENO) != 0) write_stdout("\x1b[H\x1b[2J");
    ExitCode code = show();
    if (code != ExitCode::done && code != ExitCode::no) return code;
    pollfd reader{STDOUT_FILENO, 0, 0};
    ::poll(&reader, 1, static_cast<int>(std::min<std::int64_t>(pause.count(), INT_MAX)));
    if (StdoutWriter::reader_left(reader.revents)) return ExitCode::done;
  }
}

}  // namespace kstream::cli
