# The folders, from the bottom up (design, section 2). Who may include whom is checked by tests/unit/includes.

kstream_module(base LINKS isal)

include(protocol/schemac/schemac.cmake)
# What includes a generated header is compiled after all of them are written.
add_custom_target(kstream_schemas DEPENDS ${KSTREAM_PROTOCOL_GENERATED})
kstream_module(protocol LINKS kstream_base SOURCES ${KSTREAM_PROTOCOL_GENERATED})
kstream_module(records SEPARATE LINKS z snappy lz4 zstd)
kstream_module(net PCH net/asio.h)
kstream_module(client PCH_OF net)
target_compile_definitions(kstream_client PRIVATE KSTREAM_VERSION="${PROJECT_VERSION}")
if(KSTREAM_UNITY)
  # A coroutine's frame holds types of the file's own; compiled within another file that file looks like a header.
  target_compile_options(kstream_client PRIVATE -Wno-subobject-linkage)
endif()

kstream_module(log)
kstream_module(storage)
kstream_module(cluster)
kstream_module(quorum)
kstream_module(broker)
kstream_separate(${CMAKE_CURRENT_SOURCE_DIR}/broker/handlers/describe_log_dirs.cc)
# Test builds abort where a release closes a connection and counts: a ticket that was dropped unanswered.
target_compile_definitions(kstream_broker PRIVATE $<$<CONFIG:Debug>:KSTREAM_CHECKED>)

find_package(spdlog REQUIRED)
kstream_module(server PCH_OF net LINKS spdlog::spdlog)
kstream_separate(${CMAKE_CURRENT_SOURCE_DIR}/server/logging.cc)
set_source_files_properties(${CMAKE_CURRENT_SOURCE_DIR}/server/observation.cc PROPERTIES COMPILE_DEFINITIONS
                            KSTREAM_VERSION="${PROJECT_VERSION}")
