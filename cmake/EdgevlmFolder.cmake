# One folder of the house is one library, one test binary and one benchmark binary.
include(EdgevlmIsa)

add_library(edgevlm_options INTERFACE)
target_include_directories(edgevlm_options INTERFACE ${CMAKE_SOURCE_DIR}/src
                                                     ${CMAKE_SOURCE_DIR}/include)
target_compile_options(edgevlm_options INTERFACE -Wall -Wextra -Wconversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees overlaps in "text" + std::string(...) that are not there (GCC bug 105651).
  target_compile_options(edgevlm_options INTERFACE -Wno-restrict)
endif()
if(EDGEVLM_SANITIZE)
  target_compile_options(edgevlm_options INTERFACE -fsanitize=${EDGEVLM_SANITIZE}
                                                   -fno-sanitize-recover=all
                                                   -fno-omit-frame-pointer)
  target_link_options(edgevlm_options INTERFACE -fsanitize=${EDGEVLM_SANITIZE})
endif()

# edgevlm_unity(TARGET): compiles a dozen of the target's files together, which reads the headers of
# the libraries once for all of them. Files with flags of their own stay alone.
function(edgevlm_unity target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${EDGEVLM_UNITY} UNITY_BUILD_BATCH_SIZE 12)
endfunction()

# edgevlm_folder(NAME [LINK target...] [EXCLUDE regex] [UNITY] [UNITY_TESTS] [COLD])
# src/NAME/**/*.cc becomes library edgevlm_NAME; *_test.cc becomes NAME_test, *_bench.cc NAME_bench.
# LINK names what the folder may use: other folders and outside libraries. UNITY, UNITY_TESTS: the
# files of the library, of the tests, are compiled a dozen at a time. COLD: no time is spent in this
# folder when the program runs; -O1 compiles its library headers in two thirds of the time of -O3.
function(edgevlm_folder name)
  cmake_parse_arguments(FOLDER "COLD;UNITY;UNITY_TESTS" "EXCLUDE" "LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  if(FOLDER_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "${FOLDER_EXCLUDE}")
  endif()
  edgevlm_isa_sources(sources)
  set(tests ${sources})
  set(benches ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_test|_bench|/main)\\.cc$")

  add_library(edgevlm_${name} STATIC ${sources})
  if(FOLDER_UNITY)
    edgevlm_unity(edgevlm_${name})
  endif()
  if(FOLDER_COLD)
    target_compile_options(edgevlm_${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
  set_target_properties(edgevlm_${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(edgevlm_${name} PUBLIC edgevlm_options ${FOLDER_LINK})

  if(EDGEVLM_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_compile_options(${name}_test PRIVATE $<$<CONFIG:Release>:-O1>)
    if(FOLDER_UNITY_TESTS)
      edgevlm_unity(${name}_test)
    endif()
    target_link_libraries(${name}_test PRIVATE edgevlm_${name} GTest::gmock GTest::gtest_main)
    add_test(NAME ${name}_test COMMAND ${name}_test)
    # ctest runs in the build folder; some tests read files beside their source.
    set_tests_properties(
      ${name}_test
      PROPERTIES LABELS unit
                 ENVIRONMENT
                 "EDGEVLM_SOURCE=${CMAKE_SOURCE_DIR};EDGEVLM_SANITIZE=${EDGEVLM_SANITIZE}")
  endif()
  if(EDGEVLM_BENCH AND benches)
    add_executable(${name}_bench ${benches})
    target_link_libraries(${name}_bench PRIVATE edgevlm_${name} benchmark::benchmark_main)
    # Once round every loop: that it runs, not how fast. Without the shapes that are there to exceed
    # the caches, whose weights take minutes to make.
    add_test(NAME ${name}_bench COMMAND ${name}_bench --benchmark_min_time=0
                                        "--benchmark_filter=-(N:65536|T:256)")
    set_tests_properties(${name}_bench PROPERTIES LABELS bench)
  endif()
endfunction()
