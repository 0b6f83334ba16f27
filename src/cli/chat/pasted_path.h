// The path of a file as people give it to a program that reads lines.
#pragma once

#include <functional>
#include <string>

namespace edgevlm {

// A terminal into which a file is dropped pastes its path as a shell would want it: in quotation
// marks, with backslashes before blanks, or as a file:// URI with %20. People write ~/photo.png.
// Returns the path that is meant; a text that is the path of a file as it stands is left so.
//   exists  whether there is such a file
//   home    what ~ stands for; may be empty
std::string PathOfPasted(const std::string& text,
                         const std::function<bool(const std::string&)>& exists,
                         const std::string& home);

}  // namespace edgevlm
