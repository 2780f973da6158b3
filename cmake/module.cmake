# signet_module(FOLDER DEPENDS ... USES ...): the folder below src/ is one library; its *_test.cpp are one test
# program, each of its *_fuzz.cpp one fuzzer. DEPENDS names modules above it, USES names foreign libraries.
# Sub-folders that are no module of their own belong to it. UNITY, for the large ones: with SIGNET_UNITY nine of its files
# are compiled at a time, so what one names in an unnamed namespace another may not name again. SMALL, for what boards and
# people run: a release optimises it for size.
function(signet_flags target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
    $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion>  # GCC's -Wconversion does not hold it: both judge alike
    # GCC 12's optimiser sees overflows in std::vector and unset values in std::variant where there are none (its bugs
    # 105562, 105651, 107852); Clang and the sanitizers judge what these four would.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-array-bounds;-Wno-stringop-overflow;-Wno-stringop-overread>
    -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/src)
endfunction()

# What a board or a person runs: a third less code, and a sixth less time to compile it. Also what reads a command line,
# which runs once, and CLI11 is all templates. `small` or CLI11 among the arguments, as for signet_pch.
function(signet_small target)
  if("small" IN_LIST ARGN OR "CLI11::CLI11" IN_LIST ARGN)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-Os>)
  endif()
endfunction()

# "element/wire;base" -> "signet_element_wire;signet_base"
function(signet_targets out)
  list(TRANSFORM ARGN REPLACE "/" "_")
  list(TRANSFORM ARGN PREPEND signet_)
  set(${out} ${ARGN} PARENT_SCOPE)
endfunction()

# One test program from many *_test.cpp. ctest runs it as one test; -j shares the cores between programs.
# The two folders are told only to the files that ask, so that ccache may share the others between checkouts.
function(signet_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;USES" ${ARGN})
  signet_targets(libraries ${ARG_DEPENDS})
  add_executable(${name}_test ${ARG_SOURCES})
  signet_flags(${name}_test)
  foreach(source IN LISTS ARG_SOURCES)
    file(STRINGS ${source} asks REGEX "SIGNET_(SOURCE|BIN)_DIR" LIMIT_COUNT 1)
    if(asks)
      set_property(SOURCE ${source} PROPERTY COMPILE_DEFINITIONS SIGNET_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
        SIGNET_BIN_DIR="${CMAKE_BINARY_DIR}/bin")
    endif()
  endforeach()
  set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ARG_SOURCES})
  # The code under test is optimised as its preset says, its tests are not: with sanitizers that costs more to compile
  # than it saves when they run.
  target_compile_options(${name}_test PRIVATE -O0 -U_FORTIFY_SOURCE)  # which -O0 makes no sense of
  signet_pch(${name}_test test ${ARG_USES})
  # Twelve files at a time: a first build takes a third of the time. What one file names, another may name inside.
  set_target_properties(${name}_test PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
  target_compile_options(${name}_test PRIVATE -Wno-shadow)
  target_link_libraries(${name}_test PRIVATE ${libraries} ${ARG_USES} GTest::gmock GTest::gtest GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name}_test)
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS unit)
  add_dependencies(unit_tests ${name}_test)
endfunction()

# One libFuzzer program from one *_fuzz.cpp, in build/<preset>/fuzz/.
function(signet_fuzzer module source)
  cmake_parse_arguments(ARG "" "" "DEPENDS;USES" ${ARGN})
  signet_targets(libraries ${ARG_DEPENDS})
  get_filename_component(stem ${source} NAME_WE)
  string(REGEX REPLACE "_fuzz$" "" stem ${stem})
  set(target fuzz_${module}_${stem})
  add_executable(${target} ${source})
  signet_flags(${target})
  signet_pch(${target} ${ARG_USES})
  target_link_libraries(${target} PRIVATE ${libraries} ${ARG_USES})
  target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  add_dependencies(fuzzers ${target})
endfunction()

# All files below src/FOLDER but those of a deeper module.
function(signet_sources out folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cpp ${CMAKE_SOURCE_DIR}/src/${folder}/*.h)
  foreach(other IN LISTS SIGNET_ALL_MODULES)
    if(other MATCHES "^${folder}/")
      list(FILTER sources EXCLUDE REGEX "/src/${other}/")
    endif()
  endforeach()
  set(${out} ${sources} PARENT_SCOPE)
endfunction()

function(signet_module folder)
  cmake_parse_arguments(ARG "UNITY;SMALL" "" "DEPENDS;USES" ${ARGN})
  string(REPLACE "/" "_" name ${folder})
  set(small)
  if(ARG_SMALL)
    set(small small)
  endif()
  signet_targets(deps ${ARG_DEPENDS})
  foreach(dep IN LISTS deps)
    if(NOT TARGET ${dep})
      message(FATAL_ERROR "${folder} depends on ${dep}, which does not stand above it")
    endif()
  endforeach()

  signet_sources(sources ${folder})
  set(tests ${sources})
  set(fuzzers ${sources})
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")

  set(code ${sources})
  list(FILTER code INCLUDE REGEX "\\.cpp$")
  if(code)
    add_library(signet_${name} STATIC ${sources})
    signet_flags(signet_${name})
    target_link_libraries(signet_${name} PUBLIC ${deps} PRIVATE ${ARG_USES})
    signet_small(signet_${name} ${small} ${ARG_USES})
    signet_pch(signet_${name} ${small} ${ARG_USES})
    if(SIGNET_UNITY AND ARG_UNITY)
      set_target_properties(signet_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 9)
      # It asks which file a type of an unnamed namespace stands in: here that is never the first.
      target_compile_options(signet_${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
    endif()
  else()  # a port: headers alone
    add_library(signet_${name} INTERFACE)
    target_link_libraries(signet_${name} INTERFACE ${deps} ${ARG_USES})
  endif()

  if(tests AND SIGNET_TESTS)
    signet_test(${name} SOURCES ${tests} DEPENDS ${folder} USES ${ARG_USES})
  endif()
  if(SIGNET_FUZZ)
    foreach(fuzzer IN LISTS fuzzers)
      signet_fuzzer(${name} ${fuzzer} DEPENDS ${folder} USES ${ARG_USES})
    endforeach()
  endif()
endfunction()

# CLI11 costs each unit that includes it three seconds: files of a UNITY module that include it, through HEADER or a header of the
# module that includes that one, are compiled with their like.
function(signet_apart target header)
  get_target_property(sources ${target} SOURCES)
  set(headers ${header})
  foreach(source IN LISTS sources)
    if(source MATCHES "/src/(.*\\.h)$")
      set(name ${CMAKE_MATCH_1})
      file(STRINGS ${source} includes REGEX "^#include \"${header}\"" LIMIT_COUNT 1)
      if(includes)
        string(APPEND headers "|${name}")
      endif()
    endif()
  endforeach()
  list(FILTER sources INCLUDE REGEX "\\.cpp$")
  set(count_with 0)
  set(count_without 0)
  foreach(source IN LISTS sources)
    file(STRINGS ${source} needs REGEX "^#include \"(${headers})\"" LIMIT_COUNT 1)
    set(kind without)
    if(needs)
      set(kind with)
    endif()
    math(EXPR group "${count_${kind}} / 9")
    math(EXPR count_${kind} "${count_${kind}} + 1")
    set_property(SOURCE ${source} PROPERTY UNITY_GROUP ${kind}_${group})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
endfunction()

# signet_program(NAME DEPENDS ... USES ...): src/apps/NAME.cpp, with underscores for dashes.
function(signet_program name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;USES" ${ARGN})
  string(REPLACE "-" "_" file ${name})
  if(NOT SIGNET_PROGRAMS OR NOT EXISTS ${CMAKE_SOURCE_DIR}/src/apps/${file}.cpp)
    return()
  endif()
  signet_targets(libraries ${ARG_DEPENDS})
  add_executable(${name} ${CMAKE_SOURCE_DIR}/src/apps/${file}.cpp)
  signet_flags(${name})
  signet_small(${name} ${ARG_USES})
  signet_pch(${name} ${ARG_USES})
  target_compile_definitions(${name} PRIVATE SIGNET_VERSION="${PROJECT_VERSION}")
  target_link_libraries(${name} PRIVATE ${libraries} ${ARG_USES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  add_dependencies(programs ${name})
endfunction()

# signet_plugin(NAME DEPENDS ... USES ...): src/apps/NAME.cpp as libNAME.so for programs that are not ours. It shows nothing but
# what its file exports, and stays loaded: a thread of the program may still be inside.
function(signet_plugin name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;USES" ${ARGN})
  if(NOT SIGNET_PROGRAMS)
    return()
  endif()
  string(REPLACE "-" "_" file ${name})
  signet_targets(libraries ${ARG_DEPENDS})
  add_library(${name} MODULE ${CMAKE_SOURCE_DIR}/src/apps/${file}.cpp)
  signet_flags(${name})
  target_link_libraries(${name} PRIVATE ${libraries} ${ARG_USES})
  target_link_options(${name} PRIVATE LINKER:--as-needed LINKER:--exclude-libs,ALL LINKER:-z,nodelete)
  if(NOT SIGNET_SANITIZE)  # whose functions come with the program that loads it
    target_link_options(${name} PRIVATE LINKER:-z,defs)
  endif()
  set_target_properties(${name} PROPERTIES SIGNET_OWN_CRYPTO ON CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  add_dependencies(programs ${name})
endfunction()

# signet_story(NAME FILE ARGUMENTS...): a test that plays with the real programs (tests/harness.py).
function(signet_story name file)
  add_test(NAME ${name} COMMAND ${Python_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tests/${file} ${ARGN})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS story
    ENVIRONMENT "SIGNET_BIN=${CMAKE_BINARY_DIR}/bin;PYTHONDONTWRITEBYTECODE=1")
endfunction()

# signet_bench(AREA DEPENDS ... USES ...): the files of bench/AREA/ are one program, build/release/bench/AREA, made only
# when it is asked for (target bench_AREA, or bench for all): ./dev bench AREA. Other builds would measure nothing.
function(signet_bench area)
  cmake_parse_arguments(ARG "" "" "DEPENDS;USES" ${ARGN})
  if(NOT CMAKE_BUILD_TYPE STREQUAL Release)
    return()
  endif()
  signet_targets(libraries ${ARG_DEPENDS})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/${area}/*.cpp)
  add_executable(bench_${area} EXCLUDE_FROM_ALL ${sources})
  signet_flags(bench_${area})
  target_include_directories(bench_${area} PRIVATE ${CMAKE_SOURCE_DIR}/bench)
  target_link_libraries(bench_${area} PRIVATE ${libraries} ${ARG_USES} fmt::fmt)
  set_target_properties(bench_${area} PROPERTIES OUTPUT_NAME ${area} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
  add_dependencies(bench bench_${area})
endfunction()
