#include "cli/child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace kstream::cli {
namespace {

/// This process's variables, but for those of `more`, which come first: the first of a name counts.
std::vector<char*> environment_with(const std::vector<std::string>& more) {
  std::vector<char*> all;
  all.reserve(more.size());
  for (const auto& variable : more) all.push_back(const_cast<char*>(variable.c_str()));
  for (char** variable = environ; *variable; ++variable) {
    std::string_view text(*variable);
    bool ours = false;
    for (std::string_view name :
         {"KSTREAM_TOPIC=", "KSTREAM_PARTITION=", "KSTREAM_OFFSET=", "KSTREAM_TIMESTAMP=", "KSTREAM_KEY="}) {
      ours = ours || text.starts_with(name);
    }
    if (!ours) all.push_back(*variable);
  }
  all.push_back(nullptr);
  return all;
}

/// Starts the command with `in` as its stdin. 0, or an errno.
int start(const std::string& command, const std::vector<std::string>& environment, int in, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  for (int signal : {SIGPIPE, SIGINT, SIGTERM}) sigaddset(&defaults, signal);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  std::string shell = "sh", flag = "-c", copy = command;
  char* arguments[] = {shell.data(), flag.data(), copy.data(), nullptr};
  auto variables = environment_with(environment);
  int error = ::posix_spawn(&pid, "/bin/sh", &actions, &attributes, arguments, variables.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

void feed(int fd, std::string_view input) {
  while (!input.empty()) {
    ssize_t put = ::write(fd, input.data(), input.size());
    if (put < 0 && errno != EINTR) return;  // it does not want to read more
    input.remove_prefix(put > 0 ? static_cast<std::size_t>(put) : 0);
  }
}

}  // namespace

std::string run_child(const std::string& command, const std::vector<std::string>& environment, std::string_view input) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return std::string("no pipe: ") + std::strerror(errno);
  pid_t pid = 0;
  int error = start(command, environment, fds[0], pid);
  ::close(fds[0]);
  if (error == 0) feed(fds[1], input);
  ::close(fds[1]);
  if (error != 0) return std::string("/bin/sh: ") + std::strerror(error);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) return "was ended by signal " + std::to_string(WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? std::string() : "exited with " + std::to_string(WEXITSTATUS(status));
}

}  // namespace kstream::cli
