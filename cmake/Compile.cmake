# How everything here is compiled.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(CHATD_CCACHE ccache)
if(CHATD_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Precompiled headers are cached only when their defines and times may be ignored.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${CHATD_CCACHE}")
  set(CMAKE_PCH_INSTANTIATE_TEMPLATES OFF)
endif()

# A release is compiled by -O3: by -O2 a record takes half as many instructions again (make guard). What is not on the way of a message is
# compiled by -O1, in half the time; with sanitizers by -O0, where the rest has -O1. What tests is compiled by -O0 in both. Other types of
# builds are as who chose them wants them, such as a distribution.
set(chatd_cold)
set(chatd_plain)
if(CHATD_SANITIZE)
  set(chatd_cold -O0)
  set(chatd_plain -O0)
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(chatd_cold -O1)
  set(chatd_plain -O0)
endif()
# chatd_cold_sources(FILE...): such sources, in their own folder's CMakeLists.txt. Those with CLI11 take 10 s each by -O3.
function(chatd_cold_sources)
  set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS ${chatd_cold})
  if(CHATD_SANITIZE)
    set_property(SOURCE ${ARGN} PROPERTY SKIP_PRECOMPILE_HEADERS ON)
  endif()
endfunction()
# chatd_cold(TARGET...): such libraries.
function(chatd_cold)
  foreach(target ${ARGN})
    target_compile_options(${target} PRIVATE ${chatd_cold})
    if(CHATD_SANITIZE)
      set_property(TARGET ${target} PROPERTY CHATD_PLAIN ON)
    endif()
  endforeach()
endfunction()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual)
if(CHATD_WERROR)
  add_compile_options(-Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees overflows and uninitialised values in std::string and std::variant that are not there (GCC bugs 105329, 105562, 105651).
  add_compile_options(-Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # clang 19 takes libstdc++ 12's <expected> only when told that concepts are of 2020-02 (LLVM issue 62801).
  # Out of a precompiled header it forgets that libstdc++ lets itself use what it deprecates (std::stable_sort's buffer).
  add_compile_options(-Wno-builtin-macro-redefined -D__cpp_concepts=202002L -Wno-deprecated-declarations)
endif()

if(CHATD_SANITIZE)
  add_compile_options(-fsanitize=${CHATD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -O1)
  add_link_options(-fsanitize=${CHATD_SANITIZE})
endif()
