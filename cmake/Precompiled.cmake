# The standard library's headers, and gRPC's, precompiled once for all libraries: a second of CPU each source, and 4 where gRPC's are
# wanted. Programs are compiled otherwise than libraries (-fPIE), and g++ takes only what was compiled alike; the tests' have their own.
# Included last, when all targets are there.
foreach(headers standard grpc)
  add_library(chatd_precompiled_${headers} STATIC EXCLUDE_FROM_ALL cmake/precompiled/nothing.cpp)
endforeach()
target_precompile_headers(chatd_precompiled_standard PRIVATE cmake/precompiled/standard.hpp)
# For gRPC's own definitions, without its headers' folder of generated code.
target_link_libraries(chatd_precompiled_grpc PRIVATE PkgConfig::grpcpp protobuf::libprotobuf)
target_precompile_headers(chatd_precompiled_grpc PRIVATE cmake/precompiled/standard.hpp <grpcpp/grpcpp.h> <grpcpp/alarm.h>)

set(chatd_with_grpc chatd_admin chatd_client chatd_rpc)

function(chatd_precompile directory)
  get_property(targets DIRECTORY "${directory}" PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target ${targets})
    get_target_property(type ${target} TYPE)
    get_target_property(own ${target} PRECOMPILE_HEADERS)
    get_target_property(reused ${target} PRECOMPILE_HEADERS_REUSE_FROM)
    if(own OR reused OR NOT type MATCHES "^(STATIC|SHARED|MODULE|OBJECT)_LIBRARY$" OR target MATCHES "^chatd_precompiled_")
      continue()
    endif()
    if(target IN_LIST chatd_with_grpc)
      target_precompile_headers(${target} REUSE_FROM chatd_precompiled_grpc)
    else()
      target_precompile_headers(${target} REUSE_FROM chatd_precompiled_standard)
    endif()
  endforeach()
  get_property(children DIRECTORY "${directory}" PROPERTY SUBDIRECTORIES)
  foreach(child ${children})
    chatd_precompile("${child}")
  endforeach()
endfunction()
chatd_precompile("${PROJECT_SOURCE_DIR}")
