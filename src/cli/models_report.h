// What `edgevlm models` prints: for people, and as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "catalog/catalog.h"
#include "catalog/pull.h"

namespace edgevlm {

// A table: name, size, memory, licence, installed.
std::string ListText(const Catalog& catalog, const std::string& folder);
nlohmann::json ListJson(const Catalog& catalog, const std::string& folder);

// Everything that is known about one model.
std::string ShowText(const CatalogEntry& entry, const std::string& folder);
nlohmann::json ShowJson(const CatalogEntry& entry, const std::string& folder);

// `by_name`: the files lie where `-m NAME` looks.
std::string PulledText(const CatalogEntry& entry, const std::vector<PulledFile>& files,
                       bool by_name);
nlohmann::json PulledJson(const CatalogEntry& entry, const std::vector<PulledFile>& files);

}  // namespace edgevlm
