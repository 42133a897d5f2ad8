# Builds schemac and declares what it writes: KSTREAM_PROTOCOL_GENERATED is what kstream_protocol compiles.
add_executable(schemac protocol/schemac/main.cc protocol/schemac/line.cc protocol/schemac/parse.cc
               protocol/schemac/condition.cc protocol/schemac/generate_header.cc protocol/schemac/generate_codecs.cc
               protocol/schemac/generate_record_json.cc protocol/schemac/generate_api_table.cc)
if(KSTREAM_UNITY)
  set_target_properties(schemac PROPERTIES UNITY_BUILD ON)
endif()
file(GLOB schemas CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/protocol/schema/*.api
     ${CMAKE_CURRENT_SOURCE_DIR}/protocol/schema/*.record)
set(generated ${CMAKE_CURRENT_BINARY_DIR}/generated)
set(codecs)
foreach(part RANGE 5)
  list(APPEND codecs ${generated}/protocol/codecs_${part}.cc)
endforeach()
# UBSan triples the time that these take to compile, and what could overflow is in reader.cc and writer.cc.
set_source_files_properties(${codecs} PROPERTIES COMPILE_OPTIONS -fno-sanitize=undefined)
set(KSTREAM_PROTOCOL_GENERATED ${generated}/protocol/api_table.cc ${generated}/protocol/api_table.h ${codecs}
                               ${generated}/protocol/record_json.cc ${generated}/protocol/record_json.h)
foreach(schema ${schemas})
  cmake_path(GET schema STEM stem)
  list(APPEND KSTREAM_PROTOCOL_GENERATED ${generated}/protocol/${stem}.h)
endforeach()
add_custom_command(
  OUTPUT ${KSTREAM_PROTOCOL_GENERATED} ${generated}/protocol/all_messages.h ${generated}/protocol/all_messages.inc
  COMMAND schemac ${generated} ${schemas}
  DEPENDS schemac ${schemas}
  COMMENT "Compiling the protocol schemas")
