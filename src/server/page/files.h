// The files that are part of the binary: the page, its parts, and the description of the API.
#pragma once

#include <string_view>

namespace edgevlm {

std::string_view IndexHtml();
std::string_view DocsHtml();
std::string_view OpenApiJson();

}  // namespace edgevlm
