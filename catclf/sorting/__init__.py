"""Files into folders by their label, and back again."""
