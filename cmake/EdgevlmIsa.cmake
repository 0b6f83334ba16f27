# Files written for one instruction set are named after it: *_avx2.cc. They get its compiler flags,
# and are left out where another kind of processor is built for. Which of them run is decided when
# the program starts (base/cpu.h), so each may hold nothing that other files could share: intrinsics
# and a header of plain declarations.
set(EDGEVLM_ISA_avx2 x86_64 -mavx2 -mfma -mf16c)
set(EDGEVLM_ISA_avxvnni ${EDGEVLM_ISA_avx2} -mavxvnni)
set(EDGEVLM_ISA_avx512 ${EDGEVLM_ISA_avx2} -mavx512f -mavx512bw -mavx512cd -mavx512dq -mavx512vl)
set(EDGEVLM_ISA_avx512vnni ${EDGEVLM_ISA_avx512} -mavx512vnni)
set(EDGEVLM_ISA_avx512bf16 ${EDGEVLM_ISA_avx512} -mavx512bf16)
set(EDGEVLM_ISA_neon aarch64)
set(EDGEVLM_ISA_dotprod aarch64 -march=armv8.2-a+dotprod)
set(EDGEVLM_ISA_i8mm aarch64 -march=armv8.2-a+dotprod+i8mm)
set(EDGEVLM_ISA_neonbf16 aarch64 -march=armv8.2-a+dotprod+i8mm+bf16)

# edgevlm_isa_sources(SOURCES): drops the files of other processors from the list, gives the flags.
function(edgevlm_isa_sources list)
  set(kept)
  foreach(source IN LISTS ${list})
    string(REGEX MATCH "_([a-z0-9]+)\\.cc$" match "${source}")
    set(flags ${EDGEVLM_ISA_${CMAKE_MATCH_1}})
    if(CMAKE_MATCH_1 STREQUAL "scalar")
      # The specification rounds after every operation, on processors with a fused one too.
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS -ffp-contract=off)
    endif()
    if(match AND flags)
      list(POP_FRONT flags processor)
      if(NOT processor STREQUAL CMAKE_SYSTEM_PROCESSOR)
        continue()
      endif()
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "${flags}")
    endif()
    list(APPEND kept ${source})
  endforeach()
  set(${list} ${kept} PARENT_SCOPE)
endfunction()
