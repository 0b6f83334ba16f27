// The output of `edgevlm models`, for people and as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/pull.h"

namespace edgevlm {

// The folder of installed models; or, for a service without a home, the reason why there is none.
// Then nothing is installed, and paths are null in JSON.
using FolderOrError = Result<std::string>;

// A table: name, size, memory, license, installed.
std::string ListText(const Catalog& catalog, const FolderOrError& folder);
nlohmann::json ListJson(const Catalog& catalog, const FolderOrError& folder);

// All information about one model.
std::string ShowText(const CatalogEntry& entry, const FolderOrError& folder);
nlohmann::json ShowJson(const CatalogEntry& entry, const FolderOrError& folder);

// `by_name`: the files are where `-m NAME` looks for them.
std::string PulledText(const CatalogEntry& entry, const std::vector<PulledFile>& files,
                       bool by_name);
nlohmann::json PulledJson(const CatalogEntry& entry, const std::vector<PulledFile>& files);

}  // namespace edgevlm
