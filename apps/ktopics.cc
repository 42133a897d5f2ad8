#include "cli/start.h"
#include "cli/topics.h"

int main(int argc, char** argv) {
  return kstream::cli::start(kstream::cli::kTopicsProgram, argc, argv, kstream::cli::run_topics);
}
