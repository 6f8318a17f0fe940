"""The site: settings, pages, forms, API, the board's read-model and its charts."""
