"""How the documentation is built."""

project = "Kaikuportti and Kaikukanta"
author = "The Kaikuportti maintainers"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = project
html_show_copyright = False
html_static_path = ["static"]
html_css_files = ["print.css"]
nitpicky = True
