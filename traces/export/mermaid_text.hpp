// Text for Mermaid: escapes characters that its grammar would misread, and the size limit of its
// renderers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace proactor_lab {

/// Letters, digits and a few punctuation characters are copied. Every other character, and the word
/// "end", is written as `#number;`. Long text is cut with an ellipsis.
std::string mermaid_words(std::string_view text);

/// Renderers refuse more than 50,000 characters.
inline constexpr std::size_t mermaid_size_max = 50'000;

}  // namespace proactor_lab
