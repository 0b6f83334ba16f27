# edgevlm_embed_model(TARGET FILE): makes FILE part of the library TARGET as the built-in model.
enable_language(ASM)

function(edgevlm_embed_model target file)
  if(NOT EXISTS ${file})
    message(FATAL_ERROR "${file}: the built-in model is missing from this checkout")
  endif()
  set(source ${CMAKE_SOURCE_DIR}/src/engine/load/builtin_model.S)
  set_source_files_properties(
    ${source} TARGET_DIRECTORY ${target}
    PROPERTIES COMPILE_DEFINITIONS EDGEVLM_BUILTIN_MODEL="${file}" OBJECT_DEPENDS ${file})
  target_sources(${target} PRIVATE ${source})
  target_compile_definitions(${target} PRIVATE EDGEVLM_VERSION="${PROJECT_VERSION}")
endfunction()

# edgevlm_embed_catalog(TARGET FILE): makes FILE part of the library TARGET as the catalog.
function(edgevlm_embed_catalog target file)
  set(source ${CMAKE_SOURCE_DIR}/src/catalog/builtin_catalog.S)
  set_source_files_properties(
    ${source} TARGET_DIRECTORY ${target}
    PROPERTIES COMPILE_DEFINITIONS EDGEVLM_BUILTIN_CATALOG="${file}" OBJECT_DEPENDS ${file})
  target_sources(${target} PRIVATE ${source})
endfunction()

# edgevlm_embed_page(TARGET FOLDER): makes the files that FOLDER/files.S names part of TARGET.
function(edgevlm_embed_page target folder)
  set(source ${folder}/files.S)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*)
  list(REMOVE_ITEM files ${source})
  set_source_files_properties(
    ${source} TARGET_DIRECTORY ${target}
    PROPERTIES COMPILE_OPTIONS "-Wa,-I,${folder}" OBJECT_DEPENDS "${files}")
  target_sources(${target} PRIVATE ${source})
endfunction()
