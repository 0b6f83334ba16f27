# edgevlm_embed_model(TARGET FILE): makes FILE part of the library TARGET as the built-in model. When
# there is no such file (a model not trained yet) the built-in model is empty, and loading it is an
# error that says so.
enable_language(ASM)

function(edgevlm_embed_model target file)
  if(NOT EXISTS ${file})
    message(STATUS "No ${file}: building without a built-in model")
    set(file ${CMAKE_CURRENT_BINARY_DIR}/no_model.gguf)
    file(TOUCH ${file})
  endif()
  set(source ${CMAKE_SOURCE_DIR}/src/engine/builtin_model.S)
  set_source_files_properties(
    ${source} TARGET_DIRECTORY ${target}
    PROPERTIES COMPILE_DEFINITIONS EDGEVLM_BUILTIN_MODEL="${file}" OBJECT_DEPENDS ${file})
  target_sources(${target} PRIVATE ${source})
  target_compile_definitions(${target} PRIVATE EDGEVLM_VERSION="${PROJECT_VERSION}")
endfunction()
