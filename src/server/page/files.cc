#include "server/page/files.h"

// In files.S.
extern "C" const char edgevlm_index_html_begin[];
extern "C" const char edgevlm_index_html_end[];
extern "C" const char edgevlm_docs_html_begin[];
extern "C" const char edgevlm_docs_html_end[];
extern "C" const char edgevlm_openapi_json_begin[];
extern "C" const char edgevlm_openapi_json_end[];

namespace edgevlm {

std::string_view IndexHtml() { return {edgevlm_index_html_begin, edgevlm_index_html_end}; }
std::string_view DocsHtml() { return {edgevlm_docs_html_begin, edgevlm_docs_html_end}; }
std::string_view OpenApiJson() { return {edgevlm_openapi_json_begin, edgevlm_openapi_json_end}; }

}  // namespace edgevlm
