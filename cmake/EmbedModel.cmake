# edgevlm_embed_model(TARGET FILE): makes FILE part of the library TARGET as the built-in model.
enable_language(ASM)

function(edgevlm_embed_model target file)
  if(NOT EXISTS ${file})
    message(FATAL_ERROR "${file}: the built-in model is missing from this checkout")
  endif()
  set(source ${CMAKE_SOURCE_DIR}/src/engine/builtin_model.S)
  set_source_files_properties(
    ${source} TARGET_DIRECTORY ${target}
    PROPERTIES COMPILE_DEFINITIONS EDGEVLM_BUILTIN_MODEL="${file}" OBJECT_DEPENDS ${file})
  target_sources(${target} PRIVATE ${source})
  target_compile_definitions(${target} PRIVATE EDGEVLM_VERSION="${PROJECT_VERSION}")
endfunction()

# edgevlm_embed_catalog(TARGET FILE): makes FILE part of the library TARGET as the catalogue.
function(edgevlm_embed_catalog target file)
  set(source ${CMAKE_SOURCE_DIR}/src/catalog/builtin_catalog.S)
  set_source_files_properties(
    ${source} TARGET_DIRECTORY ${target}
    PROPERTIES COMPILE_DEFINITIONS EDGEVLM_BUILTIN_CATALOG="${file}" OBJECT_DEPENDS ${file})
  target_sources(${target} PRIVATE ${source})
endfunction()

# edgevlm_embed_page(TARGET FOLDER): makes the files of FOLDER part of the library TARGET.
function(edgevlm_embed_page target folder)
  set(source ${folder}/files.S)
  set(files index.html docs.html openapi.json)
  list(TRANSFORM files PREPEND ${folder}/)
  set_source_files_properties(${source} TARGET_DIRECTORY ${target} PROPERTIES OBJECT_DEPENDS "${files}")
  set_source_files_properties(
    ${source} TARGET_DIRECTORY ${target}
    PROPERTIES COMPILE_DEFINITIONS
               "EDGEVLM_INDEX_HTML=\"${folder}/index.html\";EDGEVLM_DOCS_HTML=\"${folder}/docs.html\";EDGEVLM_OPENAPI_JSON=\"${folder}/openapi.json\"")
  target_sources(${target} PRIVATE ${source})
endfunction()
