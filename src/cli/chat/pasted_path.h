// Interprets file paths as people paste or type them into a line of input.
#pragma once

#include <functional>
#include <string>

namespace edgevlm {

// A terminal pastes the path of a dropped file in shell syntax: in quotation marks, with
// backslashes before blanks, or as a file:// URI with %20. People type ~/photo.png. Returns the
// actual path; a text that is already the path of a file is unchanged.
//   exists  whether there is such a file
//   home    the value of ~; may be empty
std::string PathOfPasted(const std::string& text,
                         const std::function<bool(const std::string&)>& exists,
                         const std::string& home);

}  // namespace edgevlm
